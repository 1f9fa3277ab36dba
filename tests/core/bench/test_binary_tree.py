import numpy as np
import pytest

from ospo_core.bench.binary_tree import halved, linkage
from ospo_core.tree import Tree


@pytest.mark.parametrize(
    ("parts", "nested"),
    [([0], 0), ([0, 1], [0, 1]), ([0, 1, 2], [0, [1, 2]]), ([0, 1, 2, 3, 4], [[0, 1], [2, [3, 4]]])],
)
def test_parts_are_halved_in_order(parts, nested):
    """Down to single ones, the smaller half first."""
    assert halved(parts) == nested


def test_parts_may_be_trees():
    """They stay whole."""
    assert halved([[0, 1], [2, 3], 4]) == [[0, 1], [[2, 3], 4]]


def test_linkage_merges_from_the_bottom():
    """Players keep their numbers, each row names two clusters that came before it, the last row is everyone."""
    rows = linkage(Tree.from_nested([0, [[1, 2], [3, 4]]]))

    np.testing.assert_array_equal(rows, [[3, 4, 1, 2], [1, 2, 1, 2], [6, 5, 2, 4], [0, 7, 3, 5]])
