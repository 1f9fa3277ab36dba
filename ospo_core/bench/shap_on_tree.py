"""SHAP's PartitionExplainer on our binary tree and on worths that are known already. Needs the extra `bench`.

It descends from the root to where most is still to be shared out, five steps at once by default, two coalitions a step,
none of them twice; what is left on an inner node when its evaluations are spent is split evenly. SHAP counts the empty
and the grand coalition too. It asks for every consistent coalition if allowed, and is then exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ospo_core.bench.accuracy_contenders import Found
from ospo_core.bench.binary_tree import Linkage, linkage
from ospo_core.bench.known_game import KnownGame
from ospo_core.games.ledger import Ledger
from ospo_core.rewards.extras import needing


class ShapOnTree:
    """Raises: ModelMissing: shap is not installed."""

    name = "shap_partition"
    seeded = False

    def __init__(self) -> None:
        with needing("bench"):
            import shap
        self._explainer: Any = shap.PartitionExplainer

    def find(self, game: KnownGame, budget: int, seed: int) -> Found:
        """As promised by AccuracyContender; the tree of the game must be binary. `seed` breaks ties only."""
        ledger = Ledger(game, max_evaluations=budget)
        explainer = self._explainer(lambda masks: ledger.worths(masks.astype(bool)), _Masks(linkage(game.tree)))
        before = np.random.get_state()
        np.random.seed(seed)  # SHAP breaks ties with the global generator; what the caller had there comes back.
        try:
            # An odd budget would be overstepped by one.
            explanation = explainer(np.zeros((1, game.n_players)), max_evals=budget - budget % 2, silent=True)
        finally:
            np.random.set_state(before)
        return Found(credit=np.asarray(explanation.values[0], dtype=np.float64), evaluations=ledger.distinct)


class _Masks:
    """The masker that SHAP asks for: it hands the mask itself through as the input of the model."""

    def __init__(self, clustering: Linkage) -> None:
        self.clustering = clustering
        self.shape = (1, len(clustering) + 1)

    def __call__(self, mask: Any, _: Any) -> tuple[Any]:
        return (np.atleast_2d(mask),)
