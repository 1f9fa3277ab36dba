"""Row 12: a prompt or a response is in the answers to whoever sent it, and nowhere else."""

import itertools
import tomllib
from pathlib import Path

import pytest

from backend.jobs.trainer import scrubbed
from tests.api.conftest import body
from tests.faults.service_process import Process
from tests.security.routes import METHODS, routes

ROOT = Path(__file__).resolve().parents[2]
WAIT = {"Prefer": "wait"}
CANARY = "canary-5e1f"
RUBRIC = {"kind": "rubric", "settings": {"facts": [{"name": CANARY, "any_of": [CANARY]}]}}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A real process, every logger at DEBUG; its log is what an operator sees."""
    process = Process(tmp_path_factory.mktemp("loud"), module="tests.security.loud_service")
    yield process
    process.end()


def sent_everywhere(client):
    """The canary as every part of a request, on every route, done and refused and failed; the problems told."""
    good = body(RUBRIC, prompt=CANARY, response=f"{CANARY} 240 mg", tags=[CANARY[:20]])
    run = client.post("/v1/attributions", json=good, headers=WAIT).json()
    group = {**good, "responses": [CANARY, f"{CANARY} 2"]}
    del group["response"]
    client.post("/v1/groups", json=group, headers=WAIT)
    client.post("/v1/attributions/preview", json=good)
    edits = {"edits": [{"start": 0, "end": 3, "replacement": CANARY}]}
    client.post(f"/v1/attributions/{run['id']}/counterfactuals", json=edits)
    client.put(f"/v1/results/{run['id']}/tags", json={"tags": [CANARY]})
    for form in ("json", "csv", "html"):
        client.get(f"/v1/results/{run['id']}/export", params={"format": form})
    rows = f'{{"prompt": "{CANARY}", "facts": [{{"name": "a", "any_of": ["{CANARY}"]}}]}}'
    job = {"run": {"preset": "toy", "reward": {"kind": "rubric"}, "watch": {}}, "label": CANARY, "rows": rows}
    client.post("/v1/jobs", json=job)
    failing = [
        body({"kind": "angry"}, prompt=CANARY, response=CANARY),
        {**good, CANARY: CANARY},
        {**good, "response": [CANARY]},
        {**good, "options": {"players": CANARY}},
        {**good, "options": {"tokenizer": CANARY}},
        {CANARY: 1},
    ]
    problems = [client.post("/v1/attributions", json=one, headers=WAIT) for one in failing]
    problems += [client.post("/v1/jobs", json={**job, "rows": rows + CANARY})]
    problems += [
        client.post("/v1/groups", content=f'{{"{CANARY}'.encode(), headers={"Content-Type": "application/json"})
    ]
    for method, path in itertools.product(METHODS, routes()):
        client.request(
            method, f"{path}/{CANARY}", params={"q": CANARY}, headers={"X-Canary": CANARY}, json={"a": CANARY}
        )
    return problems


def test_no_log_line_holds_a_text(service):
    """What is done, refused and failed, on every route and method, at DEBUG: 0 hits in stderr and in /metrics."""
    problems = sent_everywhere(service.client)
    told = [problem.json() for problem in problems]

    seen = service.log.read_text() + service.client.get("/metrics").text + service.client.get("/v1/status").text
    errors = [one if "errors" in one else one["problem"] for one in told]
    assert len(service.log.read_text().splitlines()) > 300
    assert CANARY not in seen
    assert CANARY not in str(errors)
    assert {one["status"] for one in errors} >= {400, 422}


def test_a_failed_run_keeps_no_text_in_its_problem(service):
    """A reward that repeats the text in its error, as the store has it."""
    given = body({"kind": "angry", "settings": {}}, prompt="p", response=CANARY)
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
