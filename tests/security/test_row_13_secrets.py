"""Row 13: a secret of the service is in no answer, log, file or process but the one that needs it."""

import itertools
import json
import subprocess
import sys

import pytest

from backend.jobs.folder import JobFolder
from backend.jobs.trainer import Trainer, scrubbed
from tests.api.conftest import body, until
from tests.core.rewards.endpoint_scorers import serving
from tests.faults.service_process import Process
from tests.security.routes import METHODS, routes

TOKEN = "canary-7d21-0123456789-abcdefghijkl"
SCORER = "canary-9e55-of-the-scorer"
HUB = "hf_canary_1b7c"
SECRETS = (TOKEN, SCORER, HUB)
WAIT = {"Prefer": "wait"}


@pytest.fixture
def secretive(tmp_path, monkeypatch):
    """A function from settings to a real process that was given all secrets, and a client that has the first."""
    monkeypatch.setenv("OSPO_ENDPOINT_TOKEN", SCORER)
    monkeypatch.setenv("HF_TOKEN", HUB)
    monkeypatch.setenv("HUGGING_FACE_HUB_TOKEN", HUB)
    processes = []

    def start(**settings):
        processes.append(Process(tmp_path, module="tests.security.loud_service", token=TOKEN, **settings))
        processes[-1].client.headers["Authorization"] = f"Bearer {TOKEN}"
        return processes[-1]

    yield start
    [process.end() for process in processes]


def kept(folder):
    """Every byte that the service left on disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_secret_is_told_or_kept(secretive, tmp_path):
    """Every route and method, with the token and with one that is nearly it, and a scorer that repeats what it got."""
    with serving(lambda _, __, sent: (401, {}, json.dumps(sent).encode())) as scorer:
        url = f"{scorer.url}/plain"
        service = secretive(allowed_endpoints=json.dumps([url]))
        settings = {"url": url, "contract": "json", "allow_private": True, "token_variable": "OSPO_ENDPOINT_TOKEN"}
        run = service.client.post(
            "/v1/attributions", json=body({"kind": "endpoint", "settings": settings}), headers=WAIT
        )
        service.client.post("/v1/jobs", json={"run": {"preset": "toy"}})
        answers = [run.text]
        for (method, path), token in itertools.product(itertools.product(METHODS, routes()), (TOKEN, TOKEN + "x")):
            answer = service.client.request(method, path, headers={"Authorization": f"Bearer {token}"})
            answers.append(answer.text + str(answer.headers))

    seen = "".join(answers) + service.log.read_text() + kept(tmp_path / "data").decode("latin-1")
    assert {headers["Authorization"] for _, headers, _ in scorer.requests} == {f"Bearer {SCORER}"}
    assert [secret for secret in SECRETS if secret in seen] == []


def test_a_scorer_gets_no_secret_but_its_own(secretive, tmp_path):
    """One that is not to have a token gets none at all."""
    with serving() as scorer:
        url = f"{scorer.url}/plain"
        service = secretive(allowed_endpoints=json.dumps([url]))
        settings = {"url": url, "contract": "json", "allow_private": True}
        run = service.client.post(
            "/v1/attributions", json=body({"kind": "endpoint", "settings": settings}), headers=WAIT
        )

    assert run.json()["state"] == "succeeded"
    assert [secret for secret in SECRETS if secret in str(scorer.requests)] == []


@pytest.mark.parametrize(
    "variable", ["HF_TOKEN", "OSPO_TOKEN", "OSPO_ENDPOINT_TOKEN", "PGPASSWORD", "OSPO_DATABASE_URL"]
)
def test_a_request_cannot_name_a_variable_to_send(standing, variable):
    """Only a scorer that the settings name gets a token, and only a variable made for that is sent."""
    settings = {"url": "https://evil.example/", "contract": "json", "token_variable": variable}

    answer = standing.post("/v1/attributions", json=body({"kind": "endpoint", "settings": settings}))

    assert answer.status_code == 422


def test_the_trainer_gets_no_secret(tmp_path, monkeypatch):
    """Its real environment, as the system has it."""
    for name, secret in zip(("OSPO_TOKEN", "OSPO_ENDPOINT_TOKEN", "HF_TOKEN"), SECRETS, strict=True):
        monkeypatch.setenv(name, secret)
    folder = JobFolder(tmp_path, "job")
    folder.make({"preset": "toy"}, None)
    printing = (sys.executable, "-c", "import os, sys; print(dict(os.environ), file=sys.stderr)")

    trainer = Trainer(printing, folder, tmp_path / "heartbeat", 60.0)
    until(lambda: trainer.code() is not None)

    environment = folder.log.read_text("utf-8")
    assert "PYTHONUNBUFFERED" in environment
    assert [secret for secret in SECRETS if secret in environment] == []


def test_the_environment_of_the_trainer_is_a_list_of_names():
    """What is not on it is not passed, whatever it is called."""
    assert scrubbed({"SECRET": "x", "AWS_SECRET_ACCESS_KEY": "x", "HOME": "/h"}).keys() & {"SECRET", "HOME"} == {"HOME"}


def test_settings_do_not_show_the_token():
    """Neither printed nor in the message of a setting that is wrong."""
    code = "from backend.settings import Settings; print(repr(Settings())); Settings(port=-1)"
    variables = {"OSPO_TOKEN": TOKEN, "PATH": ""}

    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)

    assert "ValidationError" in done.stderr
    assert TOKEN not in done.stdout + done.stderr
