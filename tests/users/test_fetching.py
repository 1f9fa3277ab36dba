"""An allowed model that is not on the machine is fetched for an admin, and from then on used by all who may run."""

import pytest
from huggingface_hub import constants

from tests.api.conftest import body

JUDGE = {"kind": "classifier", "settings": {"model": "org/judge"}}
RUN = {"run": {"preset": "toy", "model": "org/judge"}}


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty cache of a hub that is out of reach, and a function that puts into it what fetching would."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    def fetched(name):
        repository = tmp_path / "hub" / f"models--{name.replace('/', '--')}"
        for file, content in (("refs/main", "a" * 40), (f"snapshots/{'a' * 40}/config.json", "{}")):
            (repository / file).parent.mkdir(parents=True, exist_ok=True)
            (repository / file).write_text(content)

    return fetched


@pytest.fixture
def users(team_with):
    """The team, where one model more than the bundled ones is allowed."""
    return team_with(allowed_models=("org/judge",))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/attributions/preview", body(JUDGE)),
        ("/v1/attributions", body(JUDGE)),
        ("/v1/attributions", body(options={"tokenizer": "org/judge"})),
        ("/v1/jobs/preview", RUN),
        ("/v1/jobs", RUN),
    ],
)
def test_a_member_has_no_model_fetched(users, hub, path, asked):
    """Gigabytes on a disk that all share; once the model is there he uses it."""
    before = users.max.post(path, json=asked)
    hub("org/judge")
    after = users.max.post(path, json=asked)

    assert (before.status_code, before.json()["type"]) == (403, "urn:ospo:problem:not-fetched")
    assert before.json()["detail"] == "this model is not on this machine yet; an admin fetches it by its first use"
    assert after.status_code in (200, 201, 202)


def test_an_admin_may(users, hub):
    """His request is taken; what comes of it is the hub's to say."""
    assert users.ada.post("/v1/attributions/preview", json=body(JUDGE)).status_code == 200
    assert users.ada.post("/v1/jobs", json=RUN).status_code == 201


def test_the_list_of_models_says_which_are_there(users, hub):
    """For everybody, and why one may not be had yet."""
    before = users.vera.get("/v1/models").json()["items"][-1]
    hub("org/judge")
    after = users.vera.get("/v1/models").json()["items"][-1]

    assert (before["name"], before["installed"]) == ("org/judge", False)
    assert before["summary"] == "allowed by OSPO_ALLOWED_MODELS; an admin's first use fetches it"
    assert (after["installed"], after["summary"]) == (True, "allowed by OSPO_ALLOWED_MODELS")
