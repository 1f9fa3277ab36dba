"""The axioms of Owen's and Winter's values, as properties of random games on random trees."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree
from ospo_core.values.exact import owen_value
from tests.oracles import TableGame
from tests.strategies import games

TOLERANCE = {"atol": 1e-12, "rtol": 0}


def exact(nested, worths):
    return owen_value(Tree.from_nested(nested), Ledger(TableGame(worths), max_evaluations=len(worths)))


@given(games())
def test_efficiency(game):
    """Credit sums to v(N) - v(nothing)."""
    nested, worths = game

    np.testing.assert_allclose(exact(nested, worths).sum(), worths[-1] - worths[0], **TOLERANCE)


@given(games(), st.data())
def test_null_player(game, data):
    """A player that never changes the worth gets nothing."""
    nested, worths = game
    n = int(np.log2(len(worths)))
    player = data.draw(st.integers(0, n - 1))
    index = np.arange(2**n)
    without_it = worths[index & ~(1 << player)]

    assert abs(exact(nested, without_it)[player]) < 1e-12


@given(games(), st.data())
def test_linearity(game, data):
    """The value of a weighted sum of games is the weighted sum of values."""
    nested, first = game
    second = np.roll(first, 1) + 0.25
    weight = data.draw(st.floats(-3, 3).map(lambda value: round(value, 3)))

    mixed = exact(nested, first + weight * second)

    np.testing.assert_allclose(mixed, exact(nested, first) + weight * exact(nested, second), atol=1e-11, rtol=0)


@given(st.data())
def test_twins_of_one_union_get_equal_credit(data):
    """Two players of the same union who can stand in for each other get the same."""
    n, twins = 5, (1, 2)
    worths = data.draw(st.lists(st.floats(-4, 4), min_size=2**n, max_size=2**n).map(np.array))
    index = np.arange(2**n)
    swapped = index & ~6 | (index >> 1 & 1) << 2 | (index >> 2 & 1) << 1
    symmetric = (worths + worths[swapped]) / 2

    value = exact([[0, 1, 2], [3, 4]], symmetric)

    np.testing.assert_allclose(value[twins[0]], value[twins[1]], **TOLERANCE)


@given(games())
def test_self_duality(game):
    """V and its dual v(N) - v(N minus S) have equal value: only the odd part of a game counts."""
    nested, worths = game

    np.testing.assert_allclose(exact(nested, worths), exact(nested, worths[-1] - worths[::-1]), **TOLERANCE)
