import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.rewards.ranking import METRICS, ndcg, recall, reciprocal_rank, wanted_ranks

ONE = np.ones(1)


@given(st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5), min_size=1, max_size=4))
def test_ranks_are_those_of_a_stable_sort(rows):
    """Equal relevance is ranked by the order of the candidates."""
    relevance = np.array(rows, dtype=np.float64)
    order = np.argsort(-relevance, axis=1, kind="stable")
    expected = np.argsort(order, axis=1) + 1

    np.testing.assert_array_equal(wanted_ranks(relevance, range(5)), expected)


def test_a_difference_in_the_last_bits_is_a_tie():
    """Within 1e-6 the order of the catalogue decides, whichever way the rounding went."""
    up, down = np.array([[0.5, 0.5 + 1e-7]]), np.array([[0.5 + 1e-7, 0.5]])

    assert wanted_ranks(up, [0, 1]).tolist() == wanted_ranks(down, [0, 1]).tolist() == [[1, 2]]


def test_what_is_not_retrieved_has_no_rank():
    """-inf is not a low place but none."""
    relevance = np.array([[-np.inf, 2.0, -np.inf]])

    assert wanted_ranks(relevance, [0, 1, 2]).tolist() == [[math.inf, 1, math.inf]]


@pytest.mark.parametrize("name", METRICS)
def test_the_best_ranking_is_worth_one_and_none_is_worth_nothing(name):
    """All wanted items first: 1. None retrieved: 0."""
    gains = np.array([1.0, 3.0])

    assert METRICS[name](np.array([[2.0, 1.0], [np.inf, np.inf]]), gains, 10).tolist() == [1, 0]


def test_ndcg_of_one_item_is_the_discount_of_its_rank():
    """Rank r is worth 1 / log2(r + 1), and nothing beyond k."""
    ranks = np.array([[1.0], [2.0], [3.0], [4.0]])

    np.testing.assert_allclose(ndcg(ranks, ONE, 3), [1, 1 / math.log2(3), 0.5, 0])


def test_ndcg_of_graded_items_divides_by_their_best_order():
    """Gains 3 and 1 at ranks 2 and 1: (3/log2(3) + 1) / (3 + 1/log2(3))."""
    found = ndcg(np.array([[2.0, 1.0]]), np.array([3.0, 1.0]), 10)

    assert found[0] == pytest.approx((3 / math.log2(3) + 1) / (3 + 1 / math.log2(3)))


def test_ndcg_is_one_when_the_first_k_places_hold_the_best():
    """Wanted items that no ranking could fit into k places are not held against it."""
    assert ndcg(np.array([[1.0, 2.0, 3.0]]), np.ones(3), 2).tolist() == [1]


def test_reciprocal_rank_looks_at_the_first_wanted_item():
    """Ranks 4 and 2 are worth 1/2; a first item beyond k is worth nothing."""
    assert reciprocal_rank(np.array([[4.0, 2.0], [4.0, 5.0]]), np.ones(2), 3).tolist() == [0.5, 0]


def test_recall_is_the_share_found():
    """Two of four within the first ten."""
    assert recall(np.array([[1.0, 10.0, 11.0, np.inf]]), np.ones(4), 10).tolist() == [0.5]
