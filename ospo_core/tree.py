"""The level structure of a game: an ordered tree whose leaves are the players. Knows nothing of text.

Owen (1977) is a tree of two levels (unions, players), Winter (1989) one of any depth, Shapley (1953) one of a
single level. Leaves are numbered 0..n-1 from left to right, and every node owns a contiguous run of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from ospo_core.errors import InputError

Nested = int | Sequence
"""A tree as sequences of trees, a player being its number: for example [[0, 1, 2], [3, 4], 5]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node: `kind` is its level's name, [first, stop) its players, `parent` and `children` are node numbers."""

    kind: str
    parent: int | None
    children: tuple[int, ...]
    first: int
    stop: int

    @property
    def is_leaf(self) -> bool:
        """A leaf is a player."""
        return not self.children


@dataclass(frozen=True)
class Tree:
    """Nodes in preorder; node 0 is the root. Contiguity and nesting are checked on construction.

    Raises: InputError: the nodes do not form one ordered tree with contiguous leaves 0..n-1.
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        if not self.nodes:
            raise InputError("a tree needs at least one node; got none")
        for number, node in enumerate(self.nodes):
            self._check(number, node)
        if [self.nodes[leaf].first for leaf in self.leaves] != list(range(self.n_players)):
            raise InputError("the leaves of a tree must be the players 0..n-1 in order")

    def _check(self, number: int, node: Node) -> None:
        parent_is_sane = node.parent is None if number == 0 else node.parent is not None and node.parent < number
        if not parent_is_sane:
            raise InputError(f"node {number} has parent {node.parent}; only node 0 has none, and parents come first")
        if node.is_leaf:
            if node.stop - node.first != 1:
                raise InputError(f"leaf {number} covers players [{node.first}, {node.stop}); a leaf is one player")
            return
        if any(not number < child < len(self.nodes) or self.nodes[child].parent != number for child in node.children):
            raise InputError(f"the children of node {number} must follow it and name it as their parent")
        edges = [node.first, *(self.nodes[child].stop for child in node.children)]
        starts = [self.nodes[child].first for child in node.children]
        if starts != edges[:-1] or edges[-1] != node.stop:
            raise InputError(f"the children of node {number} must tile its players [{node.first}, {node.stop})")

    @classmethod
    def from_nested(cls, nested: Nested, kinds: Sequence[str] = ()) -> Tree:
        """Build from nested sequences of player numbers; `kinds` names the levels from the root down.

        Raises: InputError: an inner sequence is empty, or the players are not 0..n-1 in order.
        """
        nodes: list[Node] = []

        def add(item: Nested, parent: int | None, depth: int) -> Node:
            number = len(nodes)
            kind = kinds[depth] if depth < len(kinds) else f"level {depth}"
            nodes.append(Node(kind=kind, parent=parent, children=(), first=0, stop=1))
            if isinstance(item, int):
                node = Node(kind=kind, parent=parent, children=(), first=item, stop=item + 1)
            else:
                if not item:
                    raise InputError("a tree cannot have an empty union")
                numbers, first, stop = [], 0, 0
                for position, child in enumerate(item):
                    numbers.append(len(nodes))
                    built = add(child, number, depth + 1)
                    first = built.first if position == 0 else first
                    stop = built.stop
                node = Node(kind=kind, parent=parent, children=tuple(numbers), first=first, stop=stop)
            nodes[number] = node
            return node

        add(nested, None, 0)
        return cls(tuple(nodes))

    @classmethod
    def flat(cls, n_players: int) -> Tree:
        """One union of n players: the Owen value on it is the Shapley value."""
        return cls.from_nested(list(range(n_players)))

    @classmethod
    def from_levels(cls, levels: Sequence[tuple[str, Sequence[int]]], n_players: int) -> Tree:
        """Build from partitions of the players, coarsest first, each given by the sorted first players of its parts.

        Every start of a level must be a start of the next finer one. The last level must be the players
        themselves. Parts with one child are kept, so that every level is present under every node.

        Raises: InputError: the partitions are not nested, or the last is not 0..n-1.
        """
        if not levels or list(levels[-1][1]) != list(range(n_players)):
            raise InputError("the last level of a tree must be its players 0..n-1")
        for (coarse, outer), (fine, inner) in pairwise(levels):
            if not set(outer) <= set(inner):
                raise InputError(f"every {coarse} must start where a {fine} starts")

        def part(level: int, first: int, stop: int) -> Nested:
            if level == len(levels):
                return first
            level_starts = levels[level][1]
            starts = level_starts[bisect_left(level_starts, first) : bisect_left(level_starts, stop)]
            return [part(level + 1, a, b) for a, b in pairwise([*starts, stop])]

        return cls.from_nested(part(0, 0, n_players), ["response", *(kind for kind, _ in levels)])

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """Node numbers of the players, in order."""
        return tuple(number for number, node in enumerate(self.nodes) if node.is_leaf)

    @cached_property
    def n_players(self) -> int:
        """Number of leaves."""
        return len(self.leaves)

    @cached_property
    def membership(self) -> Bool[ndarray, "k n"]:
        """Row u is True for the players under node u, so that node sums are `membership @ credit`."""
        rows = np.zeros((len(self.nodes), self.n_players), dtype=bool)
        for number, node in enumerate(self.nodes):
            rows[number, node.first : node.stop] = True
        return rows

    def path(self, node: int) -> tuple[int, ...]:
        """Node numbers from the root down to `node`, both included."""
        up: list[int] = []
        current: int | None = node
        while current is not None:
            up.append(current)
            current = self.nodes[current].parent
        return tuple(reversed(up))

    def inner_nodes(self) -> Iterable[int]:
        """Node numbers of all nodes that are not players, in preorder."""
        return (number for number, node in enumerate(self.nodes) if not node.is_leaf)
