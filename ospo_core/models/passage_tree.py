"""Passages that go on from one prompt as one tree of tokens: what several begin with alike stands in it once.

A causal model's state of a token follows from the tokens before it alone. So a text's states are those on its path
through the tree, if a token attends to its ancestors only and its position is its depth. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int64
from numpy import ndarray

from ospo_core.models.passage import Passage

MOST_NODES = 384
"""Nodes of one tree, unless a single passage has more: each attends to all, its own ancestors or not."""

_Key = tuple[int, int, bool]
"""A node: its parent's number (-1 for none), its token, and whether the tokens after it may attend to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageTree:
    """Passages with their common beginnings together.

    Attributes:
        passages: what lies in it.
        ids: token number of each node; a parent comes before its children.
        depths: tokens between the prompt and the node.
        seen: row by row what a node attends to: itself, and those of its ancestors that are visible.
        paths: for each passage the nodes of its tokens.
    """

    passages: Sequence[Passage]
    ids: Int64[ndarray, "t"]
    depths: Int64[ndarray, "t"]
    seen: Bool[ndarray, "t t"]
    paths: Sequence[Int64[ndarray, "_"]]

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> PassageTree:
        """One tree of all of them, which must share as much of one prompt. O(nodes^2) for what is seen."""
        numbers: dict[_Key, int] = {}
        paths = [_path(passage, numbers) for passage in passages]
        parents, ids, visible = (np.array(column) for column in zip(*numbers, strict=True))
        depths = np.zeros(len(ids), dtype=np.int64)
        seen = np.zeros((len(ids), len(ids)), dtype=bool)
        for node, parent in enumerate(parents.tolist()):
            if parent >= 0:
                depths[node], seen[node] = depths[parent] + 1, seen[parent]
            seen[node, node] = visible[node]
        # Nobody else sees a hidden token, but it needs something to attend to.
        np.fill_diagonal(seen, True)
        return cls(passages=passages, ids=ids, depths=depths, seen=seen, paths=paths)


def passage_trees(passages: Sequence[Passage], most_nodes: int = MOST_NODES) -> Iterator[tuple[list[int], PassageTree]]:
    """(places of some of the passages, their tree), until each was in one. Alphabetical neighbours lie together."""
    keys = [_key(passage) for passage in passages]
    group: list[int] = []
    nodes = 0
    for place in sorted(range(len(passages)), key=keys.__getitem__):
        new = len(keys[place]) - (_alike(keys[group[-1]], keys[place]) if group else 0)
        if group and nodes + new > most_nodes:
            yield group, PassageTree.of([passages[member] for member in group])
            group, nodes, new = [], 0, len(keys[place])
        group.append(place)
        nodes += new
    if group:
        yield group, PassageTree.of([passages[member] for member in group])


def _key(passage: Passage) -> list[tuple[int, bool]]:
    return list(zip(passage.rest.tolist(), passage.visible.tolist(), strict=True))


def _path(passage: Passage, numbers: dict[_Key, int]) -> Int64[ndarray, "t"]:
    node, path = -1, []
    for token, visible in _key(passage):
        node = numbers.setdefault((node, token, visible), len(numbers))
        path.append(node)
    return np.array(path, dtype=np.int64)


def _alike(left: Sequence[tuple[int, bool]], right: Sequence[tuple[int, bool]]) -> int:
    """How many of the first are the same."""
    differ = (number for number, (one, other) in enumerate(zip(left, right, strict=False)) if one != other)
    return next(differ, min(len(left), len(right)))
