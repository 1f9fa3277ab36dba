"""Covariance of the odd part of a game, o(S) = (v(S) - v(not S)) / 2. Knows nothing of sampling or read-outs.

The Owen value depends on o alone: the even part has value 0. With z = +1 for a player who is in and -1 for one who
is out, every term below is odd under z -> -z, as o is:

    k(S, S') = sinh(theta s / 2) / sinh(theta / 2) + linear * s + nodes * sum_u w_u A_u A'_u,    s = sum_i q_i z_i z'_i

q are relevances of the players (they sum to 1), A_u is +1 where node u is whole in, -1 where it is whole out, else
0, and w_u is the relevance under u, scaled to sum to 1. k(S, S) does not exceed 1 + linear + nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray

from ospo_core.shapes import Coalitions, Credit
from ospo_core.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """Shape of the covariance.

    Attributes:
        theta: how fast interactions of higher order matter; small is near linear.
        focus: share of the relevance that follows the current credit, the rest is even over players.
        linear, nodes: weight of the linear term and of whole nodes.
        roughness: variance of the part no neighbour can tell, as a share of the mean of k(S, S).
    """

    theta: float = 2.0
    focus: float = 0.5
    linear: float = 0.3
    nodes: float = 0.3
    roughness: float = 1e-3


@dataclass(frozen=True, slots=True)
class Features:
    """Coalitions as the kernel sees them."""

    signs: Float64[ndarray, "m n"]
    whole_nodes: Float64[ndarray, "m u"]

    @classmethod
    def of(cls, tree: Tree, coalitions: Coalitions, audible: Bool[ndarray, "n"]) -> Features:
        """Signs per player (0 for those not audible) and per inner node below the root. O(m * n * nodes)."""
        signs = np.where(coalitions, 1.0, -1.0) * audible
        members = tree.membership[_below_root(tree)] & audible
        balance = signs @ members.T.astype(float)
        return cls(signs, np.where(np.abs(balance) == members.sum(axis=1), np.sign(balance), 0.0))

    def __getitem__(self, rows: ndarray | slice) -> Features:
        return Features(self.signs[rows], self.whole_nodes[rows])

    def __len__(self) -> int:
        return len(self.signs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """How much the kernel looks at each player and at each inner node below the root; both sum to 1."""

    players: Float64[ndarray, "n"]
    nodes: Float64[ndarray, "u"]

    @classmethod
    def following(cls, tree: Tree, credit: Credit, audible: Bool[ndarray, "n"], focus: float) -> Relevance:
        """`focus` of it in proportion to the absolute credit, the rest even over the audible players."""
        strength = np.abs(credit) * audible
        even = audible / audible.sum()
        share = strength / strength.sum() if strength.any() else even
        players = (1 - focus) * even + focus * share
        nodes = tree.membership[_below_root(tree)].astype(float) @ players
        return cls(players=players, nodes=nodes / nodes.sum() if nodes.size else nodes)


def _below_root(tree: Tree) -> list[int]:
    return [node for node in tree.inner_nodes() if node != 0]


def covariance(
    left: Features, right: Features, relevance: Relevance, hyper: Hyperparameters
) -> Float64[ndarray, "a b"]:
    """K between every row of `left` and every row of `right`, the rough part excluded.

    The hyperbolic sine by one exponential: several times faster than np.sinh, equal to rounding of the largest entry.
    """
    s = (left.signs * relevance.players) @ right.signs.T
    grown = np.exp(hyper.theta / 2 * s)
    k = (grown - 1 / grown) / (2 * np.sinh(hyper.theta / 2)) + hyper.linear * s
    if relevance.nodes.size:
        k += hyper.nodes * ((left.whole_nodes * relevance.nodes) @ right.whole_nodes.T)
    return k
