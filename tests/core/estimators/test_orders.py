from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.tree import Tree
from tests.oracles import admissible_orders
from tests.strategies import nestings


@given(nestings(most_players=6), st.integers(0, 99))
def test_drawn_orders_are_admissible(nested, seed):
    """Every node's players stand together in every order drawn."""
    sampler = OrderSampler(Tree.from_nested(nested), np.random.default_rng(seed))

    drawn = {tuple(sampler.draw().tolist()) for _ in range(8)}

    assert drawn <= set(admissible_orders(nested))


def test_rotations_put_every_child_in_every_place():
    """Over one block of c draws, each of c children stands once in each place."""
    sampler = OrderSampler(Tree.flat(5), np.random.default_rng(0))

    block = np.stack([sampler.draw() for _ in range(5)])

    np.testing.assert_array_equal(np.sort(block, axis=0), np.tile(np.arange(5)[:, None], 5))


@pytest.mark.slow
def test_orders_are_marginally_uniform():
    """Each of the 24 admissible orders of [[0,1],[2,3],4] is drawn about equally often (chi-square, p > 0.001)."""
    nested = [[0, 1], [2, 3], 4]
    sampler = OrderSampler(Tree.from_nested(nested), np.random.default_rng(1))

    counts = Counter(tuple(sampler.draw().tolist()) for _ in range(12_000))

    observed = np.array([counts[order] for order in admissible_orders(nested)])
    assert ((observed - 500) ** 2 / 500).sum() < 49.7


def test_prefixes_walk_from_nobody_to_everybody():
    """One player joins at each step, in the order given."""
    expected = [[0, 0, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1]]

    np.testing.assert_array_equal(prefixes(np.array([2, 0, 1])), np.array(expected, dtype=bool))
