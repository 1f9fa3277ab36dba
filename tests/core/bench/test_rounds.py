from itertools import count

import pytest

from ospo_core.bench.contender import Contender
from ospo_core.bench.rounds import in_turn
from ospo_core.errors import ModelMissing
from ospo_core.models.metering import count_forward_tokens


@pytest.fixture
def diary():
    return []


@pytest.fixture
def contender(diary):
    """Makes a contender that writes down what is done with it."""

    def make(name, evaluations=10, tokens=70):
        def prepare():
            diary.append(f"prepare {name}")
            count_forward_tokens(1000)
            return run

        def run():
            diary.append(name)
            count_forward_tokens(tokens)
            return evaluations

        return Contender(name=name, prepare=prepare)

    return make


@pytest.fixture
def missing():
    def prepare():
        raise ModelMissing("package shap is not installed; run: pip install 'ospo[bench]'")

    return Contender(name="missing", prepare=prepare)


def test_contenders_take_turns(contender, diary, deaf):
    """All are prepared first; then round by round."""
    in_turn("letters", [contender("a"), contender("b")], 2, deaf)

    assert diary == ["prepare a", "prepare b", "a", "b", "a", "b"]


def test_only_the_run_itself_is_counted(contender, deaf):
    """Warming up adds no tokens, and runs do not add up."""
    (row,), _ = in_turn("letters", [contender("a", evaluations=10, tokens=70)], 3, deaf)

    assert (row.workload, row.contender, row.evaluations, row.forward_tokens, row.repeats) == (
        "letters",
        "a",
        10,
        70,
        3,
    )


def test_a_row_is_one_run_of_median_time(deaf):
    """Evaluations, tokens, seconds and rate are of one and the same run, between the fastest and the slowest."""
    number = count(1)

    def run():
        share = next(number)
        count_forward_tokens(100 * share)
        return share

    (row,), _ = in_turn("letters", [Contender(name="a", prepare=lambda: run)], 5, deaf)

    assert row.forward_tokens == 100 * row.evaluations
    assert row.evaluations_per_second == row.evaluations / row.seconds
    assert row.spread[0] < row.seconds < row.spread[1]


def test_a_missing_package_costs_only_its_own_row(contender, missing, deaf):
    """The others are measured, and the reason is kept."""
    rows, absent = in_turn("letters", [contender("a"), missing, contender("b")], 1, deaf)

    assert [row.contender for row in rows] == ["a", "b"]
    assert [(each.workload, each.contender) for each in absent] == [("letters", "missing")]
    assert "ospo[bench]" in absent[0].reason


def test_progress_reaches_its_end(contender):
    """Steps are announced before they are done, the last one as the last."""
    told = []

    in_turn("letters", [contender("a"), contender("b")], 2, lambda what, done, steps: told.append((what, done, steps)))

    assert [done for _, done, _ in told] == [0, 1, 2, 3, 4, 5]
    assert {steps for *_, steps in told} == {6}
    assert told[-1][0] == "letters: b, run 2 of 2"
