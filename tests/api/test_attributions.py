"""Attributions over HTTP: the same credit as the engine's, kept, found again, stopped."""

import json

import pytest

from ospo_core import Options, attribute, build_reward, explain_document
from tests.api.conftest import RUBRIC, body, until

WAIT = {"Prefer": "wait"}


def test_the_result_is_the_engines(client):
    """To the bit, but for the time it took."""
    given = body()
    options = Options(segmenter="unicode")
    reward = build_reward("rubric", RUBRIC["settings"])
    expected = explain_document(attribute(given["prompt"], given["response"], reward, options))

    result = client.post("/v1/attributions", json=given, headers=WAIT).json()["result"]

    result["cost"]["seconds"] = expected["cost"]["seconds"] = 0
    assert result == json.loads(json.dumps(expected))


def test_a_run_is_accepted_at_once_and_found_under_its_address(client, gate):
    """202, then state and progress, then the result."""
    accepted = client.post("/v1/attributions", json=body(gate.reward()))
    gate.reached()
    running = client.get(accepted.headers["Location"]).json()
    gate.open()
    until(lambda: client.get(accepted.headers["Location"]).json()["state"] == "succeeded")

    assert accepted.status_code == 202
    assert (running["state"], running["result"]) == ("running", None)
    assert client.get(accepted.headers["Location"]).json()["result"]["kind"] == "explain"


def test_the_same_request_is_answered_from_the_store_and_says_so(client):
    """The same run, nothing evaluated; another seed is another request."""
    first = client.post("/v1/attributions", json=body(), headers=WAIT).json()
    again = client.post("/v1/attributions", json=body(tags=["kept"]))
    other = client.post("/v1/attributions", json=body(options={"segmenter": "unicode", "seed": 1}), headers=WAIT).json()

    assert again.status_code == 200
    assert (first["stored"], again.json()["stored"], other["stored"]) == (False, True, False)
    assert again.json()["id"] == first["id"] != other["id"]
    assert again.json()["result"] == first["result"]
    assert again.json()["tags"] == ["kept"]


def test_the_store_outlives_the_process(serve, tmp_path):
    """A new service on the same database evaluates nothing, though it must build the reward before it can know."""
    first = serve().post("/v1/attributions", json=body(), headers=WAIT).json()

    second = serve(data_dir=tmp_path / "other").post("/v1/attributions", json=body(), headers=WAIT)

    assert (second.json()["state"], second.json()["stored"]) == ("succeeded", True)
    assert second.json()["result"] == first["result"]


def test_an_idempotency_key_gives_one_run(client, gate):
    """However often it is sent; for another request it is refused."""
    headers = {"Idempotency-Key": "k-1"}

    first = client.post("/v1/attributions", json=body(gate.reward()), headers=headers)
    again = client.post("/v1/attributions", json=body(gate.reward()), headers=headers)
    other = client.post("/v1/attributions", json=body(), headers=headers)

    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["type"]) == (422, "urn:ospo:problem:key-reused")


@pytest.mark.slow
def test_cancelling_keeps_the_partial_result_marked(client, gate):
    """And the partial result never answers a later request."""
    options = {"segmenter": "unicode", "method": "permutation", "budget": 300}
    given = body(gate.reward(free_calls=2), response="One two three four five six seven. " * 3, options=options)
    run = client.post("/v1/attributions", json=given).headers["Location"]
    gate.reached(call=3)

    asked = client.delete(run).json()
    gate.open()
    until(lambda: client.get(run).json()["state"] == "cancelled")
    kept = client.get(run).json()
    again = client.post("/v1/attributions", json=given, headers=WAIT).json()

    assert asked["state"] == "cancelling"
    assert (kept["partial"], kept["result"]["partial"]) == (True, True)
    assert (again["state"], again["stored"], again["partial"]) == ("succeeded", False, False)


def test_cancelling_twice_or_late_changes_nothing(client):
    """A second click does not delete what the first one kept."""
    run = client.post("/v1/attributions", json=body(), headers=WAIT).json()

    cancelled = client.delete(f"/v1/attributions/{run['id']}")

    assert (cancelled.status_code, cancelled.json()) == (200, run)


def test_a_failing_reward_ends_the_run_and_says_why_without_the_text(client):
    """The engine's error names the place; the text is in neither message nor state."""
    run = client.post("/v1/attributions", json=body({"kind": "angry"}, response="secret words"), headers=WAIT).json()

    assert run["state"] == "failed"
    assert "RuntimeError" in run["problem"]["detail"]
    assert "secret" not in json.dumps(run["problem"])


def test_events_tell_progress_and_end_with_the_state(client, gate):
    """Server-sent events; the last one is named by the final state."""
    run = client.post("/v1/attributions", json=body(gate.reward())).headers["Location"]
    with client.stream("GET", f"{run}/events") as stream:
        lines = stream.iter_lines()
        first = next(lines)
        gate.open()
        rest = [line for line in lines if line.startswith("event:")]

    assert first == "event: progress"
    assert rest[-1] == "event: succeeded"


def test_an_idle_stream_says_that_it_is_there(serve, gate):
    """So that proxies keep it and the client knows."""
    client = serve(heartbeat_seconds=0.05)
    run = client.post("/v1/attributions", json=body(gate.reward())).headers["Location"]
    with client.stream("GET", f"{run}/events") as stream:
        until_beat = list(_until(stream.iter_lines(), ": still here"))

    assert until_beat[-1] == ": still here"


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "", None),
        ("GET", "/events", None),
        ("DELETE", "", None),
        ("POST", "/counterfactuals", {"edits": [{"start": 0, "end": 1}]}),
    ],
)
def test_what_does_not_exist_is_not_found(client, method, path, sent):
    """An id that names nothing."""
    answer = client.request(method, f"/v1/attributions/00000000-0000-4000-8000-000000000000{path}", json=sent)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def _until(lines, last):
    for line in lines:
        yield line
        if line == last:
            return
