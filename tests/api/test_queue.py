"""The queue is bounded, fair, and empties itself."""

import threading

import pytest

from backend.queue.slots import Full, Slots
from backend.queue.work import Work
from tests.api.conftest import body, until


@pytest.fixture
def slots():
    """One slot, two places to wait."""
    made = Slots(slots=1, length=2, per_client=2)
    yield made
    made.close()


def _work(client="a", perform=lambda progress: None, **other):
    return Work(id=client, client=client, perform=perform, **other)


def test_no_more_places_than_slots_and_line(slots):
    """Reserved places count, so that a burst cannot pass the limit."""
    for client in ("a", "b", "c"):
        slots.reserve(client)

    with pytest.raises(Full) as full:
        slots.reserve("d")

    assert full.value.reason == "queue"
    assert full.value.retry_seconds >= 1


def test_one_client_cannot_take_all_places(slots):
    """The others still find one."""
    slots.reserve("greedy")
    slots.reserve("greedy")

    with pytest.raises(Full) as full:
        slots.reserve("greedy")
    slots.reserve("light")

    assert full.value.reason == "client"


def test_work_that_raises_leaves_its_slot_usable(slots):
    """Whatever it raises."""

    def fails(progress):
        raise SystemExit("out of here")

    broken, next_one = _work(perform=fails), _work()
    for work in (broken, next_one):
        slots.reserve("a")
        slots.submit(work)
    until(lambda: next_one.over)

    assert broken.over
    assert (slots.alive, slots.taken) == (True, 0)


def test_work_withdrawn_from_the_line_frees_its_place_at_once(slots):
    """And is told that it never began."""
    gone, hold = threading.Event(), threading.Event()
    running = _work(perform=lambda progress: hold.wait())
    waiting = _work("b", withdrawn=gone.set)
    for work in (running, waiting):
        slots.reserve(work.client)
        slots.submit(work)
    until(lambda: slots.working == 1)

    slots.stop(waiting)
    taken = slots.taken
    hold.set()

    assert (gone.is_set(), waiting.over, taken) == (True, True, 1)


def test_a_full_queue_is_told_with_when_to_come_back(serve, gate):
    """429 as a problem, and metrics count it."""
    client = serve(slots=1, queue_length=1)
    accepted = [client.post("/v1/attributions", json=body(gate.reward())).status_code for _ in range(2)]

    refused = client.post("/v1/attributions", json=body(gate.reward()))

    assert accepted == [202, 202]
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:ospo:problem:full")
    assert int(refused.headers["Retry-After"]) >= 1
    assert 'ospo_rejected_total{why="queue"} 1.0' in client.get("/metrics").text


def test_clients_are_counted_by_the_name_they_give(serve, gate):
    """A screen serves many users from one address."""
    client = serve(slots=1, queue_length=5, per_client=1)
    names = ("ann", "ann", "bob")

    codes = [
        client.post("/v1/attributions", json=body(gate.reward()), headers={"X-Client-Id": name}).status_code
        for name in names
    ]

    assert codes == [202, 429, 202]


def test_a_request_of_huge_work_is_refused(serve):
    """By evaluations, and by characters times evaluations."""
    client = serve(most_evaluations=1000, most_work=100_000)

    evaluations = client.post("/v1/attributions", json=body(options={"budget": 1001}))
    work = client.post("/v1/attributions", json=body(prompt="x" * 10_000))

    assert (evaluations.status_code, work.status_code) == (422, 422)
    assert work.json()["errors"][0]["where"] == ["body", "options", "budget"]
