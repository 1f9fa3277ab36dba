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


class Piecework:
    """Work in pieces, each of which is done when it is allowed; `done` counts them, once it has `begun`."""

    def __init__(self, client):
        self.begun, self.done, self.allowed = False, 0, threading.Semaphore(0)
        self.work = _work(client, self._perform)

    def _perform(self, progress):
        self.begun = True
        for _ in range(3):
            progress.give_way()
            self.done += 1
            self.allowed.acquire()

    def finish(self):
        self.allowed.release(3)
        until(lambda: self.work.over)


@pytest.fixture
def at_work(monkeypatch):
    """A function that has work of these clients begun in three slots, one after another."""
    monkeypatch.setattr("backend.queue.slots.LONGEST_PAUSE_SECONDS", 60.0)
    made = Slots(slots=3, length=3, per_client=3)

    def begun(*clients):
        pieces = [Piecework(client) for client in clients]
        for number, piece in enumerate(pieces, 1):
            made.reserve(piece.work.client)
            made.submit(piece.work)
            until(lambda: made.working == min(number, 3))  # noqa: B023
        return pieces

    yield begun
    made.close()


def test_who_has_two_at_work_gives_way_with_the_second_while_others_are_at_work(at_work):
    """And goes on with it once they are done; his first, and the others, never wait."""
    first, other, second = at_work("a", "b", "a")
    first.allowed.release()
    other.allowed.release()
    until(lambda: (first.done, other.done) == (2, 2))

    before = second.begun, second.done
    other.finish()
    until(lambda: second.done == 1)

    assert before == (False, 0)
    first.finish()
    second.finish()


@pytest.mark.parametrize("clients", [("a", "a"), ("a", "b"), ("a", "b", "a", "c")])
def test_nobody_gives_way_alone_with_one_or_where_the_slot_is_wanted(at_work, clients):
    """A slot that waits is one that others wait for."""
    begun = at_work(*clients)

    until(lambda: [piece.done for piece in begun[:3]] == [1] * len(begun[:3]))

    for piece in begun:
        piece.finish()


def test_the_second_becomes_the_first(at_work):
    """When that is over, though others are still at work."""
    first, other, second = at_work("a", "b", "a")
    first.finish()

    until(lambda: second.done == 1)

    other.finish()
    second.finish()


def test_work_that_gives_way_can_be_stopped(at_work):
    """It looks for that meanwhile."""
    first, other, second = at_work("a", "b", "a")

    second.work.progress.abandon()
    until(lambda: second.work.over)

    assert second.done == 0
    first.finish()
    other.finish()


def test_work_gives_way_for_a_second_at_most(at_work, monkeypatch):
    """Its client's first, or another's, may hang."""
    monkeypatch.setattr("backend.queue.slots.LONGEST_PAUSE_SECONDS", 0.05)
    first, other, second = at_work("a", "b", "a")

    until(lambda: second.done == 1)

    for piece in (first, other, second):
        piece.finish()


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
