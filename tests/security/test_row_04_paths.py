"""Row 4: a path in a request reaches nothing outside of the folders that the settings name."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.jobs.run_check import RunCheck
from backend.problems import ProblemError
from backend.rewards.policy import Policy
from backend.rewards.schemas import RewardChoice
from backend.rewards.shelf import Shelf
from backend.settings import Settings
from backend.users.role import Role
from ospo_core.errors import OspoError
from tests.api.conftest import body

PUBLISHED = [
    "../../../../../../../../etc/passwd",
    "file:///etc/passwd",
    "file:../../../../etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "#/../../../../../etc/passwd",
    "?/../../../../../etc/passwd",
    "shop.jsonl/../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "C:/Windows/win.ini",
    "\\\\evil\\share\\x",
    "~root/.ssh/id_rsa",
    "/proc/self/environ",
]
"""As in MLflow's CVE-2023-1177, -6909, -6977, 2024-1483, -1558, -1560, -1594, -3848 and -4263, and their kin."""
PARTS = [
    *("..", ".", "", "/", "//", "~", "~root", "~nobody-here", "secret.jsonl", "catalogues", "shop.jsonl", "outside"),
    *("link", "link.jsonl", "%2e%2e", "%2f", "..%2f", "..;", "..\\", "\\", "\\\\host\\share", "file:", "file://"),
    *("C:", "#", "?", "a" * 300, "\u2024\u2024", "\uff0e\uff0e", "\u2215", "\x01", "\n", " ", "..."),
]
paths = st.lists(st.sampled_from(PARTS), min_size=1, max_size=8).flatmap(
    lambda parts: st.sampled_from(["/", "", "/./", "//"]).map(lambda glue: glue.join(parts))
)

opened: list[str] = []


def _note(event, arguments):
    if event == "open" and isinstance(arguments[0], str | bytes):
        opened.append(os.fsdecode(arguments[0]))


sys.addaudithook(_note)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Catalogues, a folder for training, links out of both, and a secret beside them that would be a catalogue."""
    root = tmp_path_factory.mktemp("tree").resolve()
    for folder in ("data/catalogues", "roots", "outside"):
        (root / folder).mkdir(parents=True)
    row = '{"id": "a", "text": "tent", "prompt": "p"}\n'
    for file in ("secret.jsonl", "data/secret.jsonl", "outside/secret.jsonl", "data/catalogues/shop.jsonl"):
        (root / file).write_text(row)
    for folder in ("data/catalogues", "roots"):
        (root / folder / "link").symlink_to(root / "outside")
        (root / folder / "link.jsonl").symlink_to(root / "secret.jsonl")
    return root


@pytest.fixture(scope="module")
def rules(tree):
    """The settings of the service, and the two that judge paths, of an admin: he may most."""
    own = Settings(data_dir=tree / "data", training_roots=(tree / "roots",))
    policy = Policy(own, Role.ADMIN)
    return policy, RunCheck(own, policy), Shelf()


def catalogue(rules, path):
    """A reward that is built, and so reads its catalogue."""
    policy, _, shelf = rules
    reward = {"kind": "retrieval", "settings": {"catalogue": path, "targets": ["a"], "index": "lexical"}}
    shelf.get(policy.allow(RewardChoice.model_validate(reward)))


def model(rules, path):
    rules[0].allow(RewardChoice(kind="classifier", settings={"model": path}))


def data(rules, path):
    rules[1].check({"preset": "toy", "data": path}, None, Role.ADMIN)


def trained_model(rules, path):
    rules[1].check({"preset": "toy", "model": path}, None, Role.ADMIN)


USES = (catalogue, model, data, trained_model)
"""All that a path can be in a request."""


def reached(tree, use, rules, path):
    """The files outside that were opened for this path; what is neither done nor refused is an error."""
    opened.clear()
    with suppress(ProblemError, OspoError):
        use(rules, path)
    return [one for one in opened if is_out(one, tree)]


def is_out(path, tree):
    """Whether a file is one of those that nobody may reach: all of the tree but what is allowed, and the machine's."""
    real = Path(os.path.realpath(path))
    watched = any(real.is_relative_to(one) for one in (tree, "/etc/passwd", "/root/.ssh", "/proc/self", "/proc/mounts"))
    return watched and not any(real.is_relative_to(tree / one) for one in ("data/catalogues", "roots"))


def test_the_watch_sees_what_is_opened(tree, rules):
    """A catalogue inside is read; a file outside would be noticed."""
    inside = reached(tree, catalogue, rules, "shop.jsonl")
    read = [Path(one).name for one in opened]
    opened.clear()
    (tree / "secret.jsonl").read_text()
    (tree / "data/catalogues/link.jsonl").read_text()

    assert inside == []
    assert "shop.jsonl" in read
    assert [is_out(one, tree) for one in opened] == [True, True]


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(use=st.sampled_from(USES), path=paths)
def test_no_path_reads_anything_outside(tree, rules, use, path):
    """5,000 paths, as catalogue, model, data, and model to train: refused, or inside."""
    assert reached(tree, use, rules, path) == []


@pytest.mark.parametrize("path", PUBLISHED)
def test_no_published_payload_reads_anything_outside(tree, rules, path):
    """Those by which MLflow was read, again and again; in every use."""
    assert [reached(tree, use, rules, path) for use in USES] == [[]] * 4


@pytest.mark.parametrize("path", [*PUBLISHED, "a\x00b", "link.jsonl"])
def test_a_published_payload_is_a_422(standing, path):
    """As catalogue, model, data and model to train, and never an error of the server."""
    catalogue = {"kind": "retrieval", "settings": {"catalogue": path, "targets": ["a"], "index": "lexical"}}
    runs = [{"preset": "toy", "data": path}, {"preset": "toy", "model": path}]

    answers = [standing.post("/v1/attributions?", json=body(catalogue), headers={"Prefer": "wait"})]
    answers += [standing.post("/v1/jobs/preview", json={"run": run}) for run in runs]

    verdicts = [one.status_code if one.is_error else one.json()["problem"]["status"] for one in answers]
    assert verdicts == [422, 422, 422]


@pytest.mark.parametrize("name", ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e", "x/../../y", "...."])
@pytest.mark.parametrize("route", ["/v1/examples/", "/v1/jobs/", "/v1/results/", "/v1/attributions/"])
def test_an_id_in_an_address_is_no_path(standing, route, name):
    """Ids are made here, and are nothing else."""
    assert standing.get(route + name).status_code in (404, 405, 422)
