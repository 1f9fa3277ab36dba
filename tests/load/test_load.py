"""The scripts of this folder, made short, and of what they measure that which holds on a busy machine too."""

import pytest

from tests.load import burst, disconnect, drain, fairness, steady

pytestmark = pytest.mark.slow


def test_a_burst_is_answered_whole_or_told_to_come_back():
    """200 on 2 slots and a line of 8: nothing lost, cut short or failed, and no line longer than it may be."""
    (one,) = burst.measure(rounds=1)

    assert (one.lost, one.cut, one.failed, one.strange) == (0, 0, 0, 0)
    assert one.count(200) + one.count(429) == 200
    assert max(one.depths) == burst.LINE


def test_clients_that_go_leave_their_places():
    """From a slot after at most two further calls of the reward, from the line before any; none is lost."""
    seen = disconnect.measure(rounds=1)

    assert len(seen.batches) == len(seen.batches_of_queued) == 2
    assert max(seen.batches) <= disconnect.MOST_BATCHES
    assert sum(seen.batches_of_queued) == 0
    assert max(seen.worked + seen.queued) < disconnect.LONGEST_SECONDS
    assert seen.leaked == 0


def test_sigterm_loses_nothing_in_flight_and_touches_no_training_job():
    """503 while the last are still answered, exit code 0, the trainer's process goes on."""
    (one,) = drain.measure(rounds=1)

    assert one.answers == ["whole"] * drain.IN_FLIGHT
    assert (one.told, one.code, one.untouched) == (True, 0, True)


def test_a_greedy_client_gets_no_light_one_refused():
    """It asks for twenty runs at once where two are its share, and has refusals, not failures."""
    met = fairness.measure(seconds=6, stretch=3)

    assert len(met.alone) + len(met.beside) == met.light[200] == met.light.total()
    assert met.greedy[429] > 0
    assert met.strange == 0


def test_steady_runs_are_all_answered_by_their_deadline():
    """And /livez beside them."""
    alone, busy, watched = steady.measure(seconds=3, warm_up=20, alone=10)

    assert alone.failed == busy.failed == 0
    assert max(busy.seconds) < steady.DEADLINE_SECONDS
    assert len(watched.lags) > 0
