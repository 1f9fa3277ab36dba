"""Row 12: a prompt or a response is in the answers to whoever sent it, and nowhere else."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from backend.guard.permissions import TABLE
from backend.jobs.trainer import scrubbed
from tests.api.conftest import body, until
from tests.faults.service_process import Process
from tests.security.routes import METHODS, routes

ROOT = Path(__file__).resolve().parents[2]
WAIT = {"Prefer": "wait"}
JSON = {"Content-Type": "application/json"}
CANARY = "canary-5e1f"
RUBRIC = {"kind": "rubric", "settings": {"facts": [{"name": CANARY, "any_of": [CANARY]}]}}
ALONE = body(RUBRIC, prompt=CANARY, response=f"{CANARY} 240 mg", tags=[CANARY])
GROUP = {key: value for key, value in ALONE.items() if key != "response"} | {"responses": [CANARY, f"{CANARY} 2"]}
ROWS = json.dumps({"prompt": CANARY, "facts": [{"name": "a", "any_of": [CANARY]}]})
RUN = {"run": {"preset": "toy", "reward": {"kind": "rubric"}, "watch": {}}, "rows": ROWS}
TAGS = {"tags": [CANARY]}
EDITS = {"edits": [{"start": 0, "end": 3, "replacement": CANARY}]}
BODIES = {
    "/v1/attributions": ALONE,
    "/v1/attributions/preview": ALONE,
    "/v1/attributions/{run_id}/counterfactuals": EDITS,
    "/v1/groups": GROUP,
    "/v1/groups/preview": GROUP,
    "/v1/groups/{run_id}/step": {"rule": "signed"},
    "/v1/results/{run_id}/tags": TAGS,
    "/v1/jobs": RUN | {"label": CANARY} | TAGS,
    "/v1/jobs/preview": RUN,
    "/v1/jobs/{job_id}/tags": TAGS,
    "/v1/jobs/{job_id}/cancel": None,
    "/v1/jobs/{job_id}/resume": None,
}
"""What every route that takes something is sent: good, so that its handler runs."""
REFUSED = (
    *(
        "{{",
        f'{{"{CANARY}',
        f'"{CANARY}"',
        f'{{"{CANARY}": "{CANARY}"}}',
        f'[["{CANARY}"]]',
        f'{{"x": "{CANARY}\\u0000"}}',
    ),
    *(f'{{"prompt": ["{CANARY}"], "responses": {{"{CANARY}": 1}}, "response": 5}}', f'{{"tags": [["{CANARY}"]]}}'),
)
"""What none of them can use, from no JSON to the wrong types."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of the service's data and logs."""
    return tmp_path_factory.mktemp("loud")


@pytest.fixture(scope="module")
def service(folder):
    """A real process, every logger at DEBUG; its log is what an operator sees."""
    process = Process(folder, module="tests.security.loud_service")
    yield process
    process.end()


def made(client):
    """A run, a group and a job that hold the canary, by the names that addresses have for them."""
    alone, group = (client.post(f"/v1/{what}s", json=BODIES[f"/v1/{what}s"], headers=WAIT).json() for what in KINDS)
    job = client.post("/v1/jobs", json=BODIES["/v1/jobs"]).json()
    assert (alone["state"], group["state"], job["state"]) == ("succeeded", "succeeded", "queued")
    return {"attributions": alone["id"], "results": alone["id"], "groups": group["id"], "jobs": job["id"]}


KINDS = ("attribution", "group")


def address(pattern, ids):
    """A route of the table with the ids of what was made."""
    return re.sub(r"(\w+)/\{(run|job)_id\}", lambda found: f"{found[1]}/{ids[found[1]]}", pattern)


def sent_well(client, ids):
    """Every body to its route; (method, pattern) -> status."""
    statuses = {}
    for pattern, good in BODIES.items():
        (method,) = TABLE[pattern].keys() & {"POST", "PUT"}
        answer = client.request(method, address(pattern, ids), json=good, headers=WAIT)
        statuses[method, pattern] = answer.status_code
    return statuses


def refusals(client, ids):
    """The problems of every route for what it cannot use: bare, and beside or in place of what it can."""
    for pattern, good in BODIES.items():
        (method,) = TABLE[pattern].keys() & {"POST", "PUT"}
        near = [{**good, CANARY: CANARY}, *({**good, name: [{CANARY: CANARY}]} for name in good)] if good else []
        for content in (*REFUSED, *(json.dumps(one) for one in near)):
            yield client.request(method, address(pattern, ids), content=content, headers=JSON)
    for setting in ({"players": CANARY}, {"tokenizer": CANARY}, {"seed": CANARY}):
        yield client.post("/v1/attributions", json={**ALONE, "options": setting})
    yield client.post("/v1/jobs", json={**RUN, "rows": f"{ROWS}\n{ROWS}{CANARY}"})
    yield client.post("/v1/jobs", json={**RUN, "rows": f'{{"prompt": ["{CANARY}"]}}\n{{"prompt": "{CANARY}\\u0000"}}'})


def looked_at(client, ids):
    """Every other route with what was made and the canary in the query, and every method of every address besides."""
    for pattern, methods in TABLE.items():
        if "GET" in methods and not pattern.endswith("/events"):
            for form in ("json", "csv", "html"):
                client.get(address(pattern, ids), params={"format": form} if "export" in pattern else {"q": CANARY})
    for method in METHODS:
        for path in routes():
            client.request(method, path, params={"q": CANARY}, headers={"X-Canary": CANARY}, json={"a": CANARY})
            client.request(method, f"{path}/{CANARY}", json={"a": CANARY})


def told_by(service):
    """What the operator sees."""
    return service.log.read_text() + service.client.get("/metrics").text + service.client.get("/v1/status").text


def test_every_route_that_takes_something_is_sent_the_canary():
    """So that none is forgotten that comes later."""
    taking = {pattern for pattern, methods in TABLE.items() if methods.keys() & {"POST", "PUT"}}

    assert set(BODIES) == taking
    assert all(CANARY in json.dumps(good) for pattern, good in BODIES.items() if good and "/step" not in pattern)


def test_no_log_line_holds_a_text(service):
    """What is done by the handler of every route, refused and looked at, at DEBUG: 0 hits in stderr and /metrics."""
    ids = made(service.client)

    statuses = sent_well(service.client, ids)
    problems = list(refusals(service.client, ids))
    looked_at(service.client, ids)

    assert all(status in (200, 201) for status in statuses.values()), statuses
    assert {problem.status_code for problem in problems} >= {400, 422}
    assert max(problem.status_code for problem in problems) < 500
    assert min(problem.status_code for problem in problems if problem.content) >= 200
    assert [problem.text for problem in problems if problem.status_code >= 400 and CANARY in problem.text] == []
    assert len(service.log.read_text().splitlines()) > 300
    assert CANARY not in told_by(service)


@pytest.mark.slow
def test_a_job_that_fails_tells_no_text(service, folder):
    """Its reward repeats prompt and completion in its error; a worker at DEBUG: 0 hits in all that is told."""
    run = {"preset": "toy", "steps": 2, "reward": {"kind": "angry"}, "watch": {}}
    sent = {"run": run, "rows": json.dumps({"prompt": CANARY})}
    for waiting in service.client.get("/v1/jobs").json()["items"]:
        service.client.post(f"/v1/jobs/{waiting['id']}/cancel")
    job = service.client.post("/v1/jobs", json=sent).json()["id"]
    variables = {"OSPO_DATA_DIR": str(folder / "data"), "PYTHONPATH": f"{folder / 'plugins'}:{ROOT}"}
    command = [sys.executable, "-m", "tests.security.loud_worker"]
    with (folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stderr=log, stdout=log)
    try:
        until(lambda: service.client.get(f"/v1/jobs/{job}").json()["state"] == "failed", 600)
    finally:
        worker.kill()
        worker.wait()

    problem = service.client.get(f"/v1/jobs/{job}").json()["problem"]
    events = (service.client.get(f"/v1/jobs/{job}/steps").json(), service.client.get("/v1/audit").json())
    logs = (folder / "worker.log").read_text() + (folder / "data" / "jobs" / job / "trainer.log").read_text()
    assert "'angry' raised RuntimeError" in logs
    assert "DEBUG" in logs
    assert [CANARY in str(told) for told in (problem, events, logs, told_by(service))] == [False] * 4


def test_a_failed_run_keeps_no_text_in_its_problem(service):
    """A reward that repeats prompt and response in its error, as the store has it."""
    given = body({"kind": "angry", "settings": {}}, prompt=CANARY, response=CANARY)
    run = service.client.post("/v1/attributions", json=given, headers=WAIT).json()

    kept = service.client.get(f"/v1/attributions/{run['id']}").json()

    assert kept["state"] == "failed"
    assert CANARY not in str(kept["problem"])


def test_a_prompt_is_in_no_address(service):
    """The screen's links hold ids; a list is searched by words that are typed for it, and those are not logged."""
    service.client.get("/v1/results", params={"q": CANARY})

    assert "q=" not in service.log.read_text()


def test_neither_screen_nor_trainer_reports_usage():
    """Streamlit's and the model hub's reports are on where nobody switches them off."""
    theme = tomllib.loads((ROOT / "frontend/.streamlit/config.toml").read_text("utf-8"))

    assert theme["browser"]["gatherUsageStats"] is False
    assert scrubbed({})["HF_HUB_DISABLE_TELEMETRY"] == "1"
