"""A model that only notes what it is asked: values are squares of the rows' contents."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
import torch

from ospo_core.models.batch_budget import BatchBudget
from ospo_core.models.shared_batches import Row, SharedBatches
from ospo_core.models.sign_of_life import heard_by


class Squares:
    """Keeps every batch; has room for so many tokens; cannot square what is poison."""

    def __init__(self, room=10**9, poison=()):
        self.room, self.poison = room, set(poison)
        self.batches, self.busy, self.busiest = [], 0, 0
        self.open, self.asked = threading.Event(), threading.Event()
        self.open.set()

    def __call__(self, contents, width):
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        self.asked.set()
        assert self.open.wait(30)
        self.busy -= 1
        if len(contents) * width > self.room:
            raise torch.OutOfMemoryError("full")
        if self.poison & set(contents):
            raise ValueError("poison")
        self.batches.append((width, list(contents)))
        return [content**2 for content in contents]


def rows(contents, width=16, **shape):
    return [Row(content=content, width=width, **shape) for content in contents]


def waiting(batches, callers):
    """Until so many callers stand in line, the one at the model included."""
    with batches._changed:
        assert batches._changed.wait_for(lambda: len(batches._line) == callers, timeout=30)


class Held:
    """A model that is busy with a first caller until it is let go; what comes meanwhile has to wait."""

    def __init__(self, model, budget=None):
        self.model, self.batches = model, SharedBatches(model, budget)
        self.pool, self.jobs = ThreadPoolExecutor(16), []

    def __enter__(self):
        self.model.open.clear()
        self.first = self.pool.submit(self.batches.values, rows([1000]))
        assert self.model.asked.wait(30)
        return self

    def ask(self, some):
        self.jobs.append(self.pool.submit(self.batches.values, some))
        while len(self.batches._line) < len(self.jobs) + 1:
            threading.Event().wait(0.001)
        return self.jobs[-1]

    def __exit__(self, *_):
        self.model.open.set()
        self.pool.shutdown()


def test_values_come_in_the_order_of_the_rows_widest_run_first():
    """Sorting by width is not seen outside, and a batch holds rows of one width within the budget."""
    model = Squares()
    mixed = [*rows([1, 2, 3]), *rows([4, 5], width=32), *rows([6])]

    found = SharedBatches(model, BatchBudget(96)).values([*mixed, *rows(range(7, 12))])

    assert found == [number**2 for number in range(1, 12)]
    assert [(width, len(contents)) for width, contents in model.batches] == [(32, 2), (16, 6), (16, 3)]
    assert sorted(chain(*(contents for _, contents in model.batches))) == list(range(1, 12))


def test_no_rows_need_no_model():
    """Nothing is run for nothing."""
    model = Squares()

    assert SharedBatches(model).values([]) == []
    assert model.batches == []


def test_rows_of_different_beginnings_stay_apart():
    """A batch has one prompt."""
    model = Squares()

    SharedBatches(model).values([*rows([1], beginning="a"), *rows([2], beginning="b"), *rows([3], beginning="a")])

    assert sorted(sorted(contents) for _, contents in model.batches) == [[1, 3], [2]]


def test_a_narrow_batch_is_filled_up_and_gives_nothing_more():
    """A copy of the row stands beside it, and its value is not delivered."""
    model = Squares()

    assert SharedBatches(model).values(rows([3], width=8)) == [9]
    assert model.batches == [(8, [3, 3])]


def test_a_full_memory_halves_the_batch_and_is_remembered():
    """The rows are tried again in smaller batches, and later calls begin small."""
    model = Squares(room=80)
    batches = SharedBatches(model, BatchBudget(256))

    assert batches.values(rows(range(16))) == [number**2 for number in range(16)]
    assert batches.budget.tokens == 64
    assert all(len(contents) <= 4 for _, contents in model.batches)


def test_a_single_row_too_large_is_an_error():
    """There is nothing left to halve."""
    with pytest.raises(torch.OutOfMemoryError):
        SharedBatches(Squares(room=8)).values(rows([1]))


def test_callers_who_wait_together_share_a_batch_and_keep_their_own():
    """Three that come while the model is busy are run in one go; the model is never asked twice at once."""
    model = Squares()

    with Held(model) as held:
        jobs = [held.ask(rows([10 * caller, 10 * caller + 1])) for caller in range(3)]

    assert [job.result() for job in jobs] == [[0, 1], [100, 121], [400, 441]]
    assert model.batches[1:] == [(16, [1, 0, 11, 10, 21, 20])]
    assert model.busiest == 1


@pytest.mark.parametrize("width", [16, 32])
def test_a_small_request_is_not_kept_waiting_by_a_large_one(width):
    """Who comes with one row gets it one batch later, not after the thousand that came first."""
    model = Squares()

    with Held(model, BatchBudget(160)) as held:
        large = held.ask(rows(range(1000)))
        small = held.ask(rows([2000], width=width))

    assert small.result() == [4_000_000]
    assert large.result() == [number**2 for number in range(1000)]
    assert 2000 in model.batches[2][1]


def test_an_error_is_its_own_callers_only():
    """The batch is run again in parts: one caller gets the error, the others their values."""
    model = Squares(poison=[5])

    with Held(model) as held:
        well, ill, other = held.ask(rows([1, 2])), held.ask(rows([4, 5])), held.ask(rows([3]))

    assert (well.result(), other.result()) == ([1, 4], [9])
    with pytest.raises(ValueError, match="poison"):
        ill.result()


def test_who_leaves_takes_its_rows_along_and_holds_nobody_up():
    """A caller interrupted at the model: the rows of others that were on their way are run by these."""

    class Interrupting(Squares):
        def __call__(self, contents, width):
            if 66 in contents:
                self.poison_seen = True
                raise KeyboardInterrupt
            return super().__call__(contents, width)

    model = Interrupting()
    batches = SharedBatches(model)
    with pytest.raises(KeyboardInterrupt):
        batches.values(rows([66]))

    assert batches.values(rows([2, 3])) == [4, 9]
    assert (batches._callers, list(batches._line)) == ([], [])


def test_a_turn_has_the_model_to_itself():
    """Rows wait until whoever computes something of its own is done."""
    model = Squares()
    batches = SharedBatches(model)

    with ThreadPoolExecutor(1) as pool:
        with batches.turn():
            job = pool.submit(batches.values, rows([2]))
            waiting(batches, 2)
            assert model.batches == []
        assert job.result() == [4]


@pytest.mark.slow
def test_many_callers_with_many_rows_all_get_their_own():
    """Nothing is lost, mixed up or left waiting."""
    model = Squares()
    batches = SharedBatches(model, BatchBudget(64))

    def ask(caller):
        wanted = [Row(content=100 * caller + n, width=16 + 16 * ((caller + n) % 3)) for n in range(40)]
        return batches.values(wanted) == [row.content**2 for row in wanted]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(24)))
    assert model.busiest == 1


def test_whoever_waits_hears_that_a_turn_ends():
    """One sign as it comes, and one when the turn before its own is over, so that to wait is not to hang."""
    signs = []

    def listening(some):
        with heard_by(lambda: signs.append(1)):
            return batches.values(some)

    with Held(Squares(), BatchBudget(16)) as held:
        batches = held.batches
        last = held.pool.submit(listening, rows([3]))
        waiting(batches, 2)

    assert last.result() == [9]
    assert len(signs) == 2
