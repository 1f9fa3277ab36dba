"""Row 13: a secret of the service is in no answer, log, file or process but the one that needs it."""

import itertools
import json
import logging
import subprocess
import sys

import psycopg
import pytest

from backend import __main__ as service
from backend import worker
from backend.jobs.folder import JobFolder
from backend.jobs.trainer import Trainer, scrubbed
from tests import postgres_server
from tests.api.conftest import body, until
from tests.core.rewards.endpoint_scorers import serving
from tests.faults.service_process import Process
from tests.security.routes import METHODS, routes

TOKEN = "canary-7d21-0123456789-abcdefghijkl"
SCORER = "canary-9e55-of-the-scorer"
HUB = "hf_canary_1b7c"
PASSWORD = "canary-3f80-of-the-database"
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


@pytest.fixture
def guarded():
    """A PostgreSQL that asks its role `guarded` for the password, and the folder of its socket."""
    if (reason := postgres_server.why_not()) is not None:
        pytest.skip(reason)
    server = postgres_server.Server()
    with psycopg.connect(f"host={server.folder} user=ospo dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE ROLE guarded LOGIN CREATEDB PASSWORD '{PASSWORD}'")
        connection.execute("CREATE DATABASE guarded OWNER guarded")
        hba = server.folder / "data" / "pg_hba.conf"
        hba.write_text("local all guarded scram-sha-256\n" + hba.read_text("utf-8"), "utf-8")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.close()


def url_of(server, password=PASSWORD):
    """Of its database, as OSPO_DATABASE_URL has it."""
    return f"postgresql://guarded:{password}@/guarded?host={server.folder}"


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


@pytest.mark.slow
def test_the_password_of_the_database_is_not_told_or_kept(secretive, guarded, tmp_path):
    """By every route and method while the database is there, and once it is gone."""
    loud = secretive(database_url=url_of(guarded))
    run = loud.client.post("/v1/attributions", json=body(), headers=WAIT)
    job = loud.client.post("/v1/jobs", json={"run": {"preset": "toy"}})
    answers = [loud.client.request(*asked) for asked in itertools.product(METHODS, routes())]
    guarded.kill()
    answers += [loud.client.request(*asked) for asked in itertools.product(METHODS, routes())]
    guarded.start()

    told = "".join(answer.text + str(answer.headers) for answer in (run, job, *answers))
    assert run.json()["state"] == "succeeded"
    assert job.status_code == 201
    assert {503, 200} <= {answer.status_code for answer in answers}
    assert PASSWORD not in told + loud.log.read_text() + kept(tmp_path / "data").decode("latin-1")


@pytest.mark.slow
@pytest.mark.parametrize("main", [service.main, worker.main], ids=["service", "worker"])
def test_a_database_that_cannot_be_used_is_told_without_its_password(
    guarded, tmp_path, monkeypatch, capfd, caplog, main
):
    """Where it is wrong, nobody is there, or the URL is none; passwords with signs that belong to URLs among these."""
    nowhere = f"postgresql://guarded:{PASSWORD}@127.0.0.1:1/guarded"
    urls = [
        url_of(guarded, password=PASSWORD + "x"),
        nowhere,
        *(nowhere.replace("postgresql", name) for name in ("postgresql+nothing", "nothing")),
        *(nowhere.replace(*parts) for parts in (("://", ":/"), (":1/", ":port/"))),
        *(nowhere.replace("canary", f"x{sign}canary") for sign in ("@", "@x:", "/", "?", "#", "%", "[", ":")),
    ]
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(sys, "argv", ["ospo"])
    monkeypatch.setenv("OSPO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OSPO_ARRIVAL_SECONDS", "0")
    codes = set()
    for url in urls:
        monkeypatch.setenv("OSPO_DATABASE_URL", url)
        codes.add(main())

    said = capfd.readouterr()
    assert codes == {2, 75}
    assert "OSPO_DATABASE_URL" in said.err
    assert "canary" not in said.out + said.err + caplog.text


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


@pytest.mark.parametrize("wrong", ["port=-1", "silence_seconds=60"])
def test_settings_do_not_show_a_secret(wrong):
    """Neither printed nor in the message of a setting that is wrong, alone or beside another one."""
    code = f"from backend.settings import Settings; print(repr(Settings())); Settings({wrong})"
    variables = {"OSPO_TOKEN": TOKEN, "OSPO_DATABASE_URL": f"postgresql://ospo:{PASSWORD}@db/ospo", "PATH": ""}

    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)

    assert "ValidationError" in done.stderr
    assert [secret for secret in (TOKEN, PASSWORD) if secret in done.stdout + done.stderr] == []
