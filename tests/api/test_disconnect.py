"""A client that goes away takes along what only it waited for, and nothing else."""

import json
import socket

import pytest

from tests.api.conftest import body, until

LONG = "One two three four five six seven eight nine ten. " * 8


class Waiting:
    """A POST with `Prefer: wait` on a bare connection, which can be dropped at any moment."""

    def __init__(self, client, given):
        content = json.dumps(given).encode()
        head = (
            "POST /v1/attributions HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: wait\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self.connection = socket.create_connection(("127.0.0.1", client.base_url.port))
        self.connection.sendall(head.encode() + content)

    def drop(self):
        self.connection.close()


def _queue(client):
    return client.get("/v1/status").json()["queue"]


def _idle(client):
    queue = _queue(client)
    return queue["working"] == queue["waiting"] == 0


def test_a_waiting_request_that_is_dropped_frees_its_slot(client):
    """While it is worked on: at the next piece of a call, not at the end of the run."""
    slow = {"kind": "slow", "settings": {"seconds": 0.05}}
    waiting = Waiting(client, body(slow, response=LONG, options={"budget": 20_000, "segmenter": "unicode"}))
    until(lambda: _queue(client)["working"] == 1)

    waiting.drop()

    until(lambda: _idle(client))
    assert [run["state"] for run in client.get("/v1/results").json()["items"]] == ["cancelled"]


def test_a_waiting_request_that_is_dropped_leaves_the_line(serve, gate):
    """While it waits for a slot."""
    client = serve(slots=1)
    client.post("/v1/attributions", json=body(gate.reward()))
    gate.reached()
    waiting = Waiting(client, body(response="Another one."))
    until(lambda: _queue(client)["waiting"] == 1)

    waiting.drop()

    until(lambda: _queue(client)["waiting"] == 0)
    assert _queue(client)["working"] == 1


def test_a_run_that_was_accepted_goes_on_without_anybody(client, gate):
    """A plain stream that is closed changes nothing."""
    run = client.post("/v1/attributions", json=body(gate.reward())).headers["Location"]
    with client.stream("GET", f"{run}/events") as stream:
        next(stream.iter_lines())
    gate.open()

    until(lambda: client.get(run).json()["state"] == "succeeded")


def test_a_held_run_ends_with_its_last_stream(client):
    """Not with the first of two that watch it."""
    options = {"budget": 3000, "segmenter": "unicode"}
    given = body({"kind": "slow", "settings": {"seconds": 0.03}}, response=LONG, options=options)
    run = client.post("/v1/attributions", json=given).headers["Location"]
    with client.stream("GET", f"{run}/events?hold=true") as first:
        lines_of_first = first.iter_lines()
        next(lines_of_first)
        with client.stream("GET", f"{run}/events") as second:
            lines = second.iter_lines()
            next(lines)
            first.close()
            after_first = [next(lines) for _ in range(4)]
            while_second = client.get(run).json()["state"]

    until(lambda: client.get(run).json()["state"] == "cancelled")
    assert while_second == "running"
    assert after_first[-1] != "event: cancelled"


def test_a_wait_that_takes_too_long_lets_the_run_go_on(client, gate):
    """202 after the time asked for."""
    answer = client.post("/v1/attributions", json=body(gate.reward()), headers={"Prefer": "wait=0"})
    gate.open()

    assert answer.status_code == 202
    until(lambda: client.get(answer.headers["Location"]).json()["state"] == "succeeded")


@pytest.mark.slow
def test_two_hundred_disconnects_leak_no_slot(serve):
    """Ten at a time, two in a slot and eight in the line; afterwards everything is free."""
    client = serve(slots=2, queue_length=8, per_client=100)
    slow = {"kind": "slow", "settings": {"seconds": 0.02}}

    for start in range(0, 200, 10):
        dropped = [
            Waiting(client, body(slow, response=f"{number} {LONG}", options={"budget": 5000, "segmenter": "unicode"}))
            for number in range(start, start + 10)
        ]
        until(lambda: _queue(client)["waiting"] == 8)
        [waiting.drop() for waiting in dropped]
        until(lambda: _idle(client))

    accepted = client.post("/v1/attributions", json=body(), headers={"Prefer": "wait"})
    assert accepted.json()["state"] == "succeeded"
    assert client.get("/v1/results", params={"state": "cancelled", "limit": 100}).json()["next"] is not None
