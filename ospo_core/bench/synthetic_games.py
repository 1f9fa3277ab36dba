"""Games of which nothing is known but how they were drawn: weighted terms over a few players each."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray

from ospo_core.shapes import Coalitions, Worths

UNANIMITY_TERMS = 60
UNANIMITY_LARGEST = 5
SPARSE_TERMS = 6
SPARSE_LARGEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsGame:
    """The sum of the weights of the terms that hold.

    Attributes:
        members: the players of each term.
        any_suffices: True where one of them is enough, False where all must be present (a unanimity game).
    """

    members: Bool[ndarray, "terms n"]
    any_suffices: Bool[ndarray, "terms"]
    weights: Float64[ndarray, "terms"]

    @property
    def n_players(self) -> int:
        """Players, those of no term included."""
        return self.members.shape[1]

    def keys(self, coalitions: Coalitions) -> Sequence[Hashable]:
        """Every coalition is an evaluation of its own."""
        return [row.tobytes() for row in coalitions]

    def worths(self, coalitions: Coalitions) -> Worths:
        """O(coalitions * terms * players)."""
        present = coalitions.astype(np.int64) @ self.members.T
        enough = np.where(self.any_suffices, 1, self.members.sum(axis=1))
        return (present >= enough) @ self.weights


def unanimity_game(n_players: int, seed: int) -> TermsGame:
    """60 unanimity games of 1 to 5 players with normal weights: much is linear, the rest is interaction."""
    return _drawn(n_players, seed, UNANIMITY_TERMS, UNANIMITY_LARGEST, any_share=0.0)


def sparse_game(n_players: int, seed: int) -> TermsGame:
    """Six terms, each AND or OR over 1 to 3 players, with normal weights: most players are worth nothing."""
    return _drawn(n_players, seed, SPARSE_TERMS, SPARSE_LARGEST, any_share=0.5)


def _drawn(n_players: int, seed: int, terms: int, largest: int, *, any_share: float) -> TermsGame:
    rng = np.random.default_rng(seed)
    members = np.zeros((terms, n_players), dtype=bool)
    for row in members:
        row[rng.choice(n_players, size=rng.integers(1, largest + 1), replace=False)] = True
    return TermsGame(members=members, any_suffices=rng.random(terms) < any_share, weights=rng.standard_normal(terms))
