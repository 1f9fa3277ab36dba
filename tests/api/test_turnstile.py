"""A full queue refuses in the event loop, and only what needs a place."""

import threading

import pytest

from tests.api.conftest import body, until

WAIT = {"Prefer": "wait"}


@pytest.fixture
def full(serve, gate):
    """A client of a service whose only slot and only waiting place are taken; one result is stored."""
    client = serve(slots=1, queue_length=1)
    client.post("/v1/attributions", json=body(), headers=WAIT)
    for number in range(2):
        client.post("/v1/attributions", json=body(gate.reward(), response=f"Number {number}."))
    return client


def _route_count(client, status):
    name = f'ospo_requests_total{{method="POST",route="/v1/attributions",status="{status}"}}'
    return [line.split()[-1] for line in client.get("/metrics").text.splitlines() if line.startswith(name)]


def test_a_stored_result_is_answered_though_the_queue_is_full(full):
    """The same body as before; another one is refused, and counted under its route."""
    stored = full.post("/v1/attributions", json=body())
    refused = full.post("/v1/attributions", json=body(response="Another one."))

    assert (stored.status_code, stored.json()["stored"]) == (200, True)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:ospo:problem:full")
    assert _route_count(full, 429) == ["1.0"]


def test_a_repetition_under_its_key_finds_its_run_though_the_queue_is_full(serve, gate):
    """Its place is its own."""
    client, headers = serve(slots=1, queue_length=1), {"Idempotency-Key": "k"}
    first = client.post("/v1/attributions", json=body(gate.reward()), headers=headers)
    client.post("/v1/attributions", json=body(gate.reward(), response="Another one."))

    again = client.post("/v1/attributions", json=body(gate.reward()), headers=headers)

    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])


def test_previews_and_views_need_no_place(full):
    """Everything but new work goes on."""
    codes = [full.post("/v1/attributions/preview", json=body()).status_code, full.get("/v1/results").status_code]

    assert codes == [200, 200]


@pytest.mark.parametrize("given", [{"response": ""}, {"reward": {"kind": "none"}}, {"options": {"budget": 999_999}}])
def test_a_refused_body_gives_its_place_back(serve, given):
    """However often it is sent."""
    client = serve(slots=1, queue_length=1)

    codes = [client.post("/v1/attributions", json=body() | given).status_code for _ in range(4)]

    assert codes == [422] * 4
    assert client.post("/v1/attributions", json=body(), headers=WAIT).status_code == 200


@pytest.mark.slow
def test_a_burst_gets_as_many_places_as_there_are(serve, gate):
    """Forty at once on one slot and three places to wait; afterwards every place is free."""
    client = serve(slots=1, queue_length=3, per_client=40)
    codes = []

    def send(number):
        given = body(gate.reward(), response=f"Number {number}.")
        codes.append(client.post("/v1/attributions", json=given).status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(40)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    gate.open()

    assert sorted(codes) == [202] * 4 + [429] * 36
    until(lambda: client.get("/v1/status").json()["queue"]["working"] == 0)
    assert client.post("/v1/attributions", json=body(), headers=WAIT).status_code == 200
