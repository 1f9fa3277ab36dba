import numpy as np
import pytest
from hypothesis import given

from ospo_core.errors import InputError
from ospo_core.tree import Node, Tree
from tests.strategies import nestings


@given(nestings(most_players=8))
def test_leaves_are_the_players_in_order(nested):
    """Whatever the nesting, players are numbered from left to right and every node owns a contiguous run."""
    tree = Tree.from_nested(nested)

    assert [tree.nodes[leaf].first for leaf in tree.leaves] == list(range(tree.n_players))
    np.testing.assert_array_equal(tree.membership.sum(axis=1), [node.stop - node.first for node in tree.nodes])


def test_levels_build_the_same_tree_as_nesting():
    """Partitions given by their starts and nested lists are two spellings of one tree."""
    levels = [("sentence", [0, 3]), ("word", [0, 1, 2, 3, 4])]

    tree = Tree.from_levels(levels, 5)

    assert tree == Tree.from_nested([[0, 1, 2], [3, 4]], ["response", "sentence", "word"])


def test_levels_keep_parts_with_one_child():
    """Every level is present under every node, so that a word is always found at the same depth."""
    tree = Tree.from_levels([("sentence", [0]), ("clause", [0, 1]), ("word", [0, 1, 2])], 3)

    assert [node.kind for node in tree.nodes] == ["response", "sentence", "clause", "word", "clause", "word", "word"]


@pytest.mark.parametrize(
    ("nested", "problem"),
    [([[0, 1], []], "empty union"), ([1, 0], "tile"), ([0, 2], "tile"), ([1, 2], "players 0..n-1")],
)
def test_a_tree_that_is_none_is_refused(nested, problem):
    """Empty unions and players out of order are named, not repaired."""
    with pytest.raises(InputError, match=problem):
        Tree.from_nested(nested)


def test_levels_that_do_not_nest_are_refused():
    """A sentence may not start in the middle of a word."""
    with pytest.raises(InputError, match="every sentence must start where a phrase starts"):
        Tree.from_levels([("sentence", [0, 1]), ("phrase", [0, 2]), ("word", [0, 1, 2])], 3)


def test_nodes_that_form_no_tree_are_refused():
    """A node whose parent comes after it is an error on construction."""
    with pytest.raises(InputError, match="parents come first"):
        Tree((Node(kind="response", parent=1, children=(), first=0, stop=1),))
