"""Trees in which every inner node has two children, and the form in which SHAP wants them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.tree import Nested, Tree

Linkage = Float64[ndarray, "inner 4"]
"""SciPy's form of a hierarchy: a row a merge, with the two clusters merged, their height and how many players."""


def halved(parts: Sequence[Nested]) -> Nested:
    """The parts, in order, as the leaves of a balanced binary tree; the first half is the smaller one."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return [halved(parts[:middle]), halved(parts[middle:])]


def linkage(tree: Tree) -> Linkage:
    """The same tree with players numbered as they are and the root last. Every inner node must have two children."""
    inner = list(tree.inner_nodes())[::-1]
    number = {node: tree.n_players + row for row, node in enumerate(inner)}
    number |= {leaf: player for player, leaf in enumerate(tree.leaves)}
    height = dict.fromkeys(tree.leaves, 0)
    rows = []
    for node in inner:
        left, right = tree.nodes[node].children
        height[node] = 1 + max(height[left], height[right])
        rows.append([number[left], number[right], height[node], tree.nodes[node].stop - tree.nodes[node].first])
    return np.array(rows, dtype=np.float64)
