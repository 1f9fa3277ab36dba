"""kill -9 of the service, and SIGTERM: nothing that was stored is lost, nothing stays under way for ever."""

import contextlib
import signal
import threading

import httpx
import pytest

from tests import postgres_server
from tests.api.conftest import RUBRIC, body, until
from tests.faults.service_process import Process

pytestmark = pytest.mark.slow

LONG = "One two three four five six seven eight nine ten. " * 8
SLOW = {"kind": "slow", "settings": {"seconds": 0.05}}
WAIT = {"Prefer": "wait"}


def _long(number, budget=20_000):
    return body(SLOW, response=f"{number}. {LONG}", options={"budget": budget, "segmenter": "unicode"})


def test_kill_9_keeps_what_is_stored_and_reports_the_rest_as_interrupted(start):
    """Two at work and two waiting when it is killed."""
    first = start()
    stored = first.client.post("/v1/attributions", json=body(), headers=WAIT).json()
    unfinished = [first.client.post("/v1/attributions", json=_long(n)).json()["id"] for n in range(4)]
    until(lambda: first.client.get("/v1/status").json()["queue"]["working"] == 2)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()

    second = start()
    found = [second.client.get(f"/v1/attributions/{run}").json() for run in unfinished]
    again = second.client.post("/v1/attributions", json=body(), headers=WAIT).json()

    assert [run["state"] for run in found] == ["interrupted"] * 4
    assert {run["problem"]["type"] for run in found} == {"urn:ospo:problem:interrupted"}
    assert second.client.get(f"/v1/attributions/{stored['id']}").json() == stored
    assert (again["stored"], again["result"]) == (True, stored["result"])


def test_sigterm_lets_running_work_finish_and_takes_no_new_work(start):
    """Not ready and 503 at once, while what runs can still be watched to its end; exit code 0."""
    service = start(drain_seconds=20)
    run = service.client.post("/v1/attributions", json=_long(1, budget=600)).headers["Location"]
    until(lambda: service.client.get(run).json()["state"] == "running")

    service.process.send_signal(signal.SIGTERM)
    until(lambda: service.client.get("/readyz").status_code == 503)
    refused = service.client.post("/v1/attributions", json=body())
    with service.client.stream("GET", f"{run}/events") as stream:
        last = [line for line in stream.iter_lines() if line.startswith("event:")][-1]

    assert (refused.status_code, refused.json()["type"]) == (503, "urn:ospo:problem:ending")
    assert last == "event: succeeded"
    assert service.process.wait(20) == 0


def test_work_that_does_not_end_in_time_is_interrupted_with_its_partial_result(start):
    """The next service shows it."""
    first = start(drain_seconds=0.5)
    run = first.client.post("/v1/attributions", json=_long(1)).headers["Location"]
    until(lambda: first.client.get(run).json()["progress"]["done"] > 700, seconds=60)
    first.process.send_signal(signal.SIGTERM)
    code = first.process.wait(30)

    found = start().client.get(run).json()

    assert code == 0
    assert (found["state"], found["partial"], found["result"]["partial"]) == ("interrupted", True, True)


def test_a_second_service_on_the_same_folder_does_not_start(start):
    """It would take the first one's running work for interrupted."""
    start()

    with pytest.raises(AssertionError, match="another service works"):
        start()


def test_two_hundred_at_once_are_complete_or_told_to_come_back(start):
    """2 slots, a line of 8: every answer is a complete result or a 429 with Retry-After; none is lost."""
    service = start(slots=2, queue_length=8, per_client=200)
    service.client.post("/v1/attributions", json=body(), headers=WAIT)
    answers: list[httpx.Response] = []

    def send(number):
        given = body(RUBRIC, response=f"Answer {number}: give her 240 mg now.")
        with httpx.Client(base_url=service.client.base_url, timeout=60) as client:
            answers.append(client.post("/v1/attributions", json=given, headers=WAIT))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(200)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    complete = [one for one in answers if one.status_code == 200 and one.json()["state"] == "succeeded"]
    full = [one for one in answers if one.status_code == 429 and int(one.headers["Retry-After"]) > 0]
    assert len(answers) == 200
    assert len(complete) + len(full) == 200
    assert len(complete) >= 10


@pytest.mark.skipif(postgres_server.why_not() is not None, reason=str(postgres_server.why_not()))
def test_a_service_without_its_database_still_tells_its_state(tmp_path):
    """That it is not ready and cannot know of workers; once the database is back it is as before, by itself."""
    with contextlib.closing(postgres_server.Server(durable=True)) as server, contextlib.ExitStack() as stack:
        service = Process(tmp_path, database_url=f"postgresql://ospo@/postgres?host={server.folder}")
        stack.callback(service.end)
        client = service.client

        server.kill()  # its children notice a little later
        until(lambda: client.get("/readyz").status_code == 503)
        ready, status, metrics = (client.get(path) for path in ("/readyz", "/v1/status", "/metrics"))
        server.start()
        again = client.get("/readyz"), client.get("/v1/status")

    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, False)
    assert (status.status_code, status.json()["workers"]) == (200, None)
    assert "\nospo_workers NaN\n" in metrics.text
    assert [answer.status_code for answer in again] == [200, 200]
    assert again[1].json()["workers"] == 0
