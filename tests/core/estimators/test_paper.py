import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.estimators.paper import paper_credit, paper_estimate, window_coalitions
from ospo_core.games.ledger import Ledger
from tests.oracles import TableGame, table

WORTHS = {
    frozenset(): 0.0,
    frozenset("a"): 1.0,
    frozenset("b"): 0.0,
    frozenset("c"): 2.0,
    frozenset("d"): 0.0,
    frozenset("ab"): 3.0,
    frozenset("bc"): 2.0,
    frozenset("cd"): 5.0,
    frozenset("abc"): 6.0,
    frozenset("bcd"): 5.0,
    frozenset("abcd"): 10.0,
}


def four_phrases():
    """Worth of every window of the phrases a b c d; anything that is no window must never be asked for."""
    return table(4, lambda members: WORTHS.get(frozenset("abcd"[i] for i in members), np.nan))


def test_four_phrases_by_hand():
    """Weights 1/(4 C(3,|S|)) are 1/4, 1/12, 1/12, 1/4 for |S| = 0, 1, 2, 3; only pairs of windows count.

    a: (v(a)-v())/4 + (v(ab)-v(b))/12 + (v(abc)-v(bc))/12 + (v(N)-v(bcd))/4 = 1/4 + 3/12 + 4/12 + 5/4 = 25/12
    b: (v(b)-v())/4 + (v(ab)-v(a) + v(bc)-v(c))/12 + (v(bcd)-v(cd))/12        = 0 + 2/12 + 0      = 2/12
    c: (v(c)-v())/4 + (v(bc)-v(b) + v(cd)-v(d))/12 + (v(abc)-v(ab))/12        = 1/2 + 7/12 + 3/12 = 16/12
    d: (v(d)-v())/4 + (v(cd)-v(c))/12 + (v(bcd)-v(bc))/12 + (v(N)-v(abc))/4   = 0 + 3/12 + 3/12 + 1 = 18/12
    """
    ledger = Ledger(TableGame(four_phrases()), max_evaluations=64)

    found = paper_estimate(4, ledger, seed=0)

    np.testing.assert_allclose(found.credit, np.array([25, 2, 16, 18]) / 12, atol=1e-12)
    assert ledger.distinct == 11
    assert found.details["captured_share"] == pytest.approx(61 / 12 / 10)


@given(st.integers(1, 40), st.integers(1, 8), st.integers(4, 64))
def test_windows_keep_the_empty_and_the_full(n, width, most):
    """At most `most` coalitions, each a run of at most `width` neighbours but for the two ends; none twice."""
    rows = window_coalitions(n, width=width, most=most, seed=0)

    runs = np.abs(np.diff(np.pad(rows, ((0, 0), (1, 1))).astype(int), axis=1)).sum(axis=1)
    assert not rows[0].any()
    assert rows[1].all()
    assert len(np.unique(rows, axis=0)) == len(rows) <= most
    assert runs[2:].tolist() == [2] * (len(rows) - 2)
    assert rows[2:].sum(axis=1).max(initial=0) <= width


def test_a_missing_pair_contributes_nothing():
    """A player none of whose marginal contributions was formed gets 0, not a guess."""
    rows = np.array([[False, False, False], [True, True, True], [True, False, False]])

    credit = paper_credit(rows, np.array([0.0, 9.0, 3.0]))

    np.testing.assert_array_equal(credit, [1.0, 0.0, 0.0])


def test_it_is_not_efficient_and_says_so():
    """On a long text most of the reward is captured by nobody; the share is reported and no error bar is claimed."""
    worth = np.random.default_rng(0).normal(size=2**12)

    found = paper_estimate(12, Ledger(TableGame(worth), max_evaluations=64), seed=0)

    assert not found.efficient
    assert found.error_factor is None
    assert found.details["captured_share"] == pytest.approx(found.credit.sum() / (worth[-1] - worth[0]))
