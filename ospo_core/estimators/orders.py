"""Random admissible orders of a tree: every node's players stand together.

Orders come in antithetic pairs (an order and its reverse), and each node takes its children in the rotations of a
random order, one after the other, before it draws a new one: every child stands in every place equally often. Two
children only draw anew each time: their rotation is their reverse, which the antithetic order has taken already.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

from ospo_core.shapes import Coalitions
from ospo_core.tree import Tree


class OrderSampler:
    """Draws admissible orders of one tree. The same seed draws the same orders."""

    def __init__(self, tree: Tree, rng: np.random.Generator) -> None:
        self._tree = tree
        self._rng = rng
        self._queues: dict[int, deque[Sequence[int]]] = {node: deque() for node in tree.inner_nodes()}

    def draw(self) -> Int64[ndarray, "n"]:
        """Player numbers in the order they enter. Marginally uniform over the admissible orders."""
        order: list[int] = []
        pending = [0]
        while pending:
            node = pending.pop()
            if self._tree.nodes[node].is_leaf:
                order.append(self._tree.nodes[node].first)
            else:
                pending.extend(reversed(self._next_children(node)))
        return np.array(order, dtype=np.int64)

    def _next_children(self, node: int) -> Sequence[int]:
        queue = self._queues[node]
        if not queue:
            fresh = self._rng.permutation(self._tree.nodes[node].children).tolist()
            rotations = [fresh[shift:] + fresh[:shift] for shift in range(len(fresh) if len(fresh) > 2 else 1)]
            queue.extend(rotations[which] for which in self._rng.permutation(len(rotations)))
        return queue.popleft()


def prefixes(order: Int64[ndarray, "n"]) -> Coalitions:
    """The n + 1 coalitions met on the way from nobody to everybody."""
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    return position[None, :] < np.arange(len(order) + 1)[:, None]
