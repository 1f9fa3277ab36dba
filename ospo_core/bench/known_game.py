"""A game whose consistent coalitions have all been evaluated: estimators can be run on it many times, for nothing."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from ospo_core.games.game import Game
from ospo_core.models.distinct import Distinct
from ospo_core.shapes import Coalitions, Worths
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions


class KnownGame:
    """Another game's worths, remembered by its own keys; coalitions that are not consistent with the tree are unknown.

    Attributes:
        exact: the Owen value on the tree, in reward units.
    """

    def __init__(self, game: Game, tree: Tree) -> None:
        """Evaluate each distinct key once, all in one call. Raises: RewardError: from the game."""
        every = ConsistentCoalitions(tree)
        keys = game.keys(every.coalitions)
        distinct = Distinct(keys)
        self._key_of = dict(zip((row.tobytes() for row in every.coalitions), keys, strict=True))
        self._worth_of = dict(zip(distinct.items, game.worths(every.coalitions[distinct.indices]), strict=True))
        self.tree = tree
        self.n_players = tree.n_players
        self.exact = every.value(self.worths(every.coalitions))

    def keys(self, coalitions: Coalitions) -> Sequence[Hashable]:
        """As the game itself has them."""
        return [self._key_of[row.tobytes()] for row in coalitions]

    def worths(self, coalitions: Coalitions) -> Worths:
        """Remembered; evaluates nothing."""
        return np.array([self._worth_of[key] for key in self.keys(coalitions)], dtype=np.float64)
