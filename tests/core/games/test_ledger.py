import numpy as np
import pytest

from ospo_core.errors import BudgetTooSmall
from ospo_core.games.ledger import Interrupted, Ledger
from tests.oracles import TableGame


class StopsAfter:
    """A watch that asks to stop once `calls` calls were made."""

    def __init__(self, calls):
        self.left = calls
        self.seen = []

    def on_progress(self, done, planned):
        self.left -= 1
        self.seen.append((done, planned))

    def should_stop(self):
        return self.left <= 0


def all_coalitions(n):
    return (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(bool)


def test_a_coalition_is_evaluated_once():
    """Repeats come out of the memo; requests count them, evaluations do not."""
    game = TableGame(np.arange(8.0))
    ledger = Ledger(game, max_evaluations=8)

    twice = np.concatenate([all_coalitions(3), all_coalitions(3)])
    worths = ledger.worths(twice)
    ledger.worths(twice)

    np.testing.assert_array_equal(worths, np.tile(np.arange(8.0), 2))
    assert (game.evaluated, ledger.distinct, ledger.requested) == (8, 8, 32)


def test_the_budget_is_never_exceeded():
    """Work that does not fit is refused whole, before any of it is evaluated."""
    game = TableGame(np.arange(8.0))
    ledger = Ledger(game, max_evaluations=7)

    with pytest.raises(BudgetTooSmall, match="raise the budget to 8") as caught:
        ledger.worths(all_coalitions(3))

    assert (caught.value.needed, game.evaluated) == (8, 0)


def test_a_budget_of_one_is_refused():
    """Nothing and everything are two evaluations."""
    with pytest.raises(BudgetTooSmall, match="at least 2"):
        Ledger(TableGame(np.arange(2.0)), max_evaluations=1)


def test_stopping_keeps_what_was_evaluated():
    """After the watch asks to stop no further call is made, and the memo holds the finished ones."""
    game = TableGame(np.arange(2.0**9))
    watch = StopsAfter(1)
    ledger = Ledger(game, max_evaluations=2**9, watch=watch)

    with pytest.raises(Interrupted):
        ledger.worths(all_coalitions(9))

    assert game.evaluated == ledger.distinct == 64
    assert ledger.known(all_coalitions(9)).sum() == 64


def test_what_was_asked_is_never_less_than_what_was_evaluated():
    """Whoever looks between two calls, or after a stop, counts both of the same request."""
    ledger = Ledger(TableGame(np.arange(2.0**9)), max_evaluations=2**9, watch=StopsAfter(2))
    told = []

    with ledger.telling(lambda: told.append((ledger.distinct, ledger.requested))), pytest.raises(Interrupted):
        ledger.worths(all_coalitions(9))

    assert told == [(64, 512), (256, 512)]
    assert (ledger.distinct, ledger.requested) == (256, 512)


def test_progress_is_told_after_every_call():
    """Done grows to planned; planned is never below done."""
    watch = StopsAfter(99)
    ledger = Ledger(TableGame(np.arange(2.0**9)), max_evaluations=2**9, watch=watch)
    ledger.plan(300)

    ledger.worths(all_coalitions(9))

    assert watch.seen == [(64, 300), (256, 300), (512, 512)]


def test_a_large_request_is_left_while_its_keys_are_made():
    """A budget of thousands is a lot of text to write: the watch is asked between pieces of 256, before any call."""

    class Texts(TableGame):
        made = 0

        def keys(self, coalitions):
            self.made += len(coalitions)
            return super().keys(coalitions)

    game = Texts(np.arange(2.0**11))
    ledger = Ledger(game, max_evaluations=2**11, watch=StopsAfter(0))

    with pytest.raises(Interrupted):
        ledger.worths(all_coalitions(11))

    assert (game.made, game.evaluated) == (256, 0)


def test_a_listener_is_told_after_every_call_and_only_meanwhile():
    """What it recalls is there already."""
    ledger = Ledger(TableGame(np.arange(2.0**9)), max_evaluations=2**9)
    told = []

    with ledger.telling(lambda: told.append(ledger.distinct)):
        ledger.worths(all_coalitions(9)[:300])
    ledger.worths(all_coalitions(9))

    assert told == [64, 256, 300]
