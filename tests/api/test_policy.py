"""Settings of a reward do not reach files, models, secrets or the inner network of the service."""

import pytest

from backend.problems import ProblemError
from backend.rewards.policy import Policy
from backend.rewards.schemas import RewardChoice
from backend.settings import Settings
from backend.users.role import Role
from ospo_core.cases.case import load_case

LOCAL = "http://127.0.0.1:9/score"


@pytest.fixture
def policy(tmp_path):
    """An admin's, with one allowed model and one allowed scorer."""
    return Policy(Settings(data_dir=tmp_path, allowed_models=("org/judge",), allowed_endpoints=(LOCAL,)), Role.ADMIN)


def _endpoint(**settings):
    return {"kind": "endpoint", "settings": {"contract": "json", **settings}}


def _retrieval(catalogue):
    return {"kind": "retrieval", "settings": {"catalogue": catalogue, "targets": ["a"]}}


@pytest.mark.parametrize(
    "choice",
    [
        _retrieval("/etc/passwd"),
        _retrieval("../../etc/passwd"),
        _retrieval("a/../../ospo.sqlite"),
        {"kind": "similarity", "settings": {"reference": "a", "model": "org/other"}},
        {"kind": "similarity", "settings": {"reference": "a", "model": "/root/model"}},
        {"kind": "classifier", "settings": {"model": "../model"}},
        {"kind": "weighted", "settings": {"parts": [{"reward": "classifier", "model": "org/other"}]}},
        _endpoint(url="http://10.0.0.1/", allow_private=True),
        _endpoint(url="https://evil.example/", token_variable="OSPO_ENDPOINT_TOKEN"),
        {"kind": "nothing", "settings": {}},
        {"kind": "rubric", "settings": {}},
    ],
)
def test_what_may_not_be_asked_for_is_refused(policy, choice):
    """422 that names the reward."""
    with pytest.raises(ProblemError) as refused:
        policy.allow(RewardChoice.model_validate(choice))

    assert refused.value.problem.status == 422


@pytest.mark.parametrize(
    "choice",
    [
        _retrieval("shop.jsonl"),
        _retrieval(str(load_case("product_search").folder / "catalogue.jsonl")),
        {"kind": "classifier", "settings": {"model": "org/judge"}},
        {"kind": "similarity", "settings": {"reference": "a"}},
        _endpoint(url=LOCAL, allow_private=True),
        _endpoint(url="https://scorer.example/"),
    ],
)
def test_what_the_settings_allow_is_allowed(policy, choice):
    """Catalogues in their folder or bundled, bundled and listed models, public and listed scorers."""
    assert policy.allow(RewardChoice.model_validate(choice)).kind == choice["kind"]


def test_a_sum_of_sums_has_a_floor(policy):
    """Deep nesting is refused before anything is built."""
    settings = {"reward": "rubric", "facts": [{"name": "a", "any_of": ["a"]}]}
    for _ in range(8):
        settings = {"reward": "weighted", "parts": [settings]}

    with pytest.raises(ProblemError):
        policy.allow(RewardChoice(kind="weighted", settings={"parts": [settings]}))


def test_a_link_out_of_the_catalogues_is_refused(tmp_path):
    """The name is inside, the file is not."""
    settings = Settings(data_dir=tmp_path)
    settings.catalogues.mkdir()
    (settings.catalogues / "link.jsonl").symlink_to("/etc/passwd")

    with pytest.raises(ProblemError):
        Policy(settings).allow(RewardChoice.model_validate(_retrieval("link.jsonl")))
