"""The coalitions that decide the Owen value on a tree, and their weights. Knows nothing of text or rewards.

In an admissible order every node's players stand together, so its prefixes have one shape: a chain of partly
included nodes from the root down, everything beside the chain whole in or whole out. Only these *consistent*
coalitions have a weight (Owen 1977; Winter 1989). Their number,

    M = 2 + sum over inner nodes u of (2^c_u - 2) * product over proper ancestors k of u of 2^(c_k - 1),

c being the number of children, is often hundreds where 2^n is astronomical.

The weight of a coalition whose chain ends at u with a of its c children in, for player i:
    + ctx * (a-1)! (c-a)! / c! * share(child, i)     i under a child that is in
    - ctx * a! (c-a-1)! / c! * share(child, i)       i under a child that is out
with ctx = product over the proper ancestors k of a_k! (c_k - a_k - 1)! / c_k!, and share(child, i) = product of
1/c from the child down to i. The grand coalition weighs + share(root, i), the empty one - share(root, i).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray

from ospo_core.shapes import Coalitions, Credit, Worths
from ospo_core.tree import Tree


def count_consistent(tree: Tree) -> int:
    """Number of consistent coalitions, the empty and the grand one included. O(nodes); exact integer."""
    total = 1 + (tree.n_players > 0)
    contexts = [1] * len(tree.nodes)
    for number in tree.inner_nodes():
        children = tree.nodes[number].children
        total += (2 ** len(children) - 2) * contexts[number]
        for child in children:
            contexts[child] = contexts[number] * 2 ** (len(children) - 1)
    return total


def shares(tree: Tree) -> Float64[ndarray, "k n"]:
    """Row u: probability that player i is the last of node u in a random admissible order (0 outside u)."""
    table = np.zeros((len(tree.nodes), tree.n_players))
    for number in reversed(range(len(tree.nodes))):
        node = tree.nodes[number]
        if node.is_leaf:
            table[number, node.first] = 1.0
        else:
            table[number] = table[list(node.children)].sum(axis=0) / len(node.children)
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The coalitions whose chain ends at one node, and what each weighs for that node's children."""

    node: int
    coalitions: Coalitions
    weights: Float64[ndarray, "m children"]


@dataclass(frozen=True)
class ConsistentCoalitions:
    """All consistent coalitions of a tree: row 0 is empty, row 1 is everyone, then one block per inner node.

    Memory is M * n bytes plus the blocks' weights: check `count_consistent` before building it.
    """

    tree: Tree

    @cached_property
    def coalitions(self) -> Coalitions:
        """Every consistent coalition once."""
        ends = np.zeros((2, self.tree.n_players), dtype=bool)
        ends[1] = True
        return np.concatenate([ends, *(block.coalitions for block in self._blocks)])

    def value(self, worths: Worths) -> Credit:
        """Owen (Winter) value from the worths of `coalitions`, row for row. O(M * children); exact but for rounding."""
        share = shares(self.tree)
        credit = (worths[1] - worths[0]) * share[0]
        position = 2
        for block in self._blocks:
            stop = position + len(block.coalitions)
            per_child = block.weights.T @ worths[position:stop]
            credit = credit + per_child @ share[list(self.tree.nodes[block.node].children)]
            position = stop
        return credit

    @cached_property
    def coefficients(self) -> Float64[ndarray, "n m"]:
        """The same as one matrix: credit = coefficients @ worths. n * M float64."""
        share = shares(self.tree)
        columns = [np.stack([-share[0], share[0]], axis=1)]
        for block in self._blocks:
            columns.append(share[list(self.tree.nodes[block.node].children)].T @ block.weights.T)
        return np.concatenate(columns, axis=1)

    @cached_property
    def _blocks(self) -> list[_Block]:
        return [self._block(node) for node in self.tree.inner_nodes() if len(self.tree.nodes[node].children) > 1]

    def _block(self, node: int) -> _Block:
        """Product of the sibling subsets along the path and the proper subsets of the node's own children."""
        coalitions = np.zeros((1, self.tree.n_players), dtype=bool)
        context = np.ones(1)
        *ancestors, _ = path = self.tree.path(node)
        for ancestor, step in zip(ancestors, path[1:], strict=True):
            siblings = [child for child in self.tree.nodes[ancestor].children if child != step]
            subsets = _subsets(len(siblings))
            weight = np.array([1 / ((len(siblings) + 1) * comb(len(siblings), int(a))) for a in subsets.sum(axis=1)])
            coalitions, context = self._cross(coalitions, context, siblings, subsets, weight)
        children = list(self.tree.nodes[node].children)
        proper = _subsets(len(children))[1:-1]
        repeated = np.repeat(context, len(proper))
        coalitions, _ = self._cross(coalitions, context, children, proper, np.ones(len(proper)))
        weights = np.tile(_child_weights(proper), (len(context), 1)) * repeated[:, None]
        return _Block(node=node, coalitions=coalitions, weights=weights)

    def _cross(
        self, coalitions: Coalitions, context: ndarray, nodes: list[int], subsets: Bool[ndarray, "s c"], weight: ndarray
    ) -> tuple[Bool[ndarray, "crossed n"], Float64[ndarray, "crossed"]]:
        """Every coalition so far with every subset of `nodes` added; weights multiply."""
        added = subsets @ self.tree.membership[nodes] if nodes else np.zeros((1, self.tree.n_players), dtype=bool)
        crossed = coalitions[:, None, :] | added[None, :, :]
        return crossed.reshape(-1, self.tree.n_players), (context[:, None] * weight[None, :]).ravel()


def _subsets(count: int) -> Bool[ndarray, "s c"]:
    """All subsets of `count` things; row k is the binary form of k."""
    return (np.arange(2**count)[:, None] >> np.arange(count)[None, :] & 1).astype(bool)


def _child_weights(subsets: Bool[ndarray, "s c"]) -> Float64[ndarray, "s c"]:
    """Shapley's marginal weights of each proper subset, for children that are in (+) and out (-)."""
    c = subsets.shape[1]
    gained = np.array([0.0] + [1 / (c * comb(c - 1, a - 1)) for a in range(1, c)])
    missed = np.array([0.0] + [1 / (c * comb(c - 1, a)) for a in range(1, c)])
    size = subsets.sum(axis=1)
    return np.where(subsets, gained[size][:, None], -missed[size][:, None])
