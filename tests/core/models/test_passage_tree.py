"""Texts with common beginnings as one tree of tokens."""

import numpy as np

from ospo_core.models.passage import Passage
from ospo_core.models.passage_tree import PassageTree, passage_trees


def going_on(*ids, hidden=()):
    visible = np.array([place not in hidden for place in range(len(ids))])
    return Passage(
        prompt=np.array([7]), shared=1, rest=np.array(ids), visible=visible, wanted=slice(len(ids) - 1, len(ids))
    )


def test_a_common_beginning_stands_in_the_tree_once():
    """Three texts of three tokens that part one after the other are six nodes, at the depths of their tokens."""
    tree = PassageTree.of([going_on(1, 2, 3), going_on(1, 2, 4), going_on(1, 3, 3)])

    assert tree.ids.tolist() == [1, 2, 3, 4, 3, 3]
    assert tree.depths.tolist() == [0, 1, 2, 2, 1, 2]
    assert [path.tolist() for path in tree.paths] == [[0, 1, 2], [0, 1, 3], [0, 4, 5]]


def test_a_token_sees_itself_and_its_own_text_before_it():
    """Not what follows, and nothing of another text after they part."""
    tree = PassageTree.of([going_on(1, 2, 3), going_on(1, 4)])

    assert tree.seen.astype(int).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 1]]


def test_a_hidden_token_is_seen_by_itself_alone():
    """Texts part where one hides what the other shows, and what follows does not see it."""
    tree = PassageTree.of([going_on(1, 2, 3, hidden=[1]), going_on(1, 2, 3)])

    assert tree.seen.astype(int).tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 0, 1, 0, 0],
        [1, 0, 0, 1, 0],
        [1, 0, 0, 1, 1],
    ]


def test_equal_texts_share_a_path():
    """Nothing is computed twice."""
    tree = PassageTree.of([going_on(1, 2), going_on(1, 2)])

    assert len(tree.ids) == 2
    assert tree.paths[0].tolist() == tree.paths[1].tolist() == [0, 1]


def test_trees_hold_every_text_once_and_no_more_nodes_than_allowed():
    """Neighbours in alphabetical order lie together; a text that is too long for any has one of its own."""
    passages = [going_on(2, 2, 2), going_on(1, 2, 3), going_on(2, 2, 4), going_on(1, 2, 9), going_on(3, 1, 1, 1, 1, 1)]

    found = list(passage_trees(passages, most_nodes=5))

    assert [members for members, _ in found] == [[1, 3], [0, 2], [4]]
    assert [len(tree.ids) for _, tree in found] == [4, 4, 6]
    assert [one for _, tree in found for one in tree.passages] == [passages[at] for at in (1, 3, 0, 2, 4)]


def test_of_no_texts_there_is_no_tree():
    """An empty call is answered."""
    assert list(passage_trees([])) == []
