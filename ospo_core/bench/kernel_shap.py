"""shapiq's KernelSHAP with paired coalitions on a flat game whose worths are known. Needs the extra `bench`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ospo_core.bench.accuracy_contenders import Found
from ospo_core.bench.known_game import KnownGame
from ospo_core.games.ledger import Ledger
from ospo_core.rewards.extras import needing


class PairedKernelShap:
    """Raises: ModelMissing: shapiq is not installed."""

    name = "kernel_shap_paired"
    seeded = True

    def __init__(self) -> None:
        with needing("bench"):
            import shapiq
        self._approximator: Any = shapiq.KernelSHAP

    def find(self, game: KnownGame, budget: int, seed: int) -> Found:
        """As promised by AccuracyContender: the Shapley value, whatever the game's tree."""
        ledger = Ledger(game, max_evaluations=budget)
        approximator = self._approximator(n=game.n_players, pairing_trick=True, random_state=seed)
        most = min(budget, 2**game.n_players)
        values = approximator.approximate(most, lambda coalitions: ledger.worths(coalitions.astype(bool)))
        credit = np.array([values[(player,)] for player in range(game.n_players)], dtype=np.float64)
        return Found(credit=credit, evaluations=ledger.distinct)
