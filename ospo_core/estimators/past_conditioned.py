"""Past-conditioned credit: what a player adds when its past is present. Not the Owen value and not efficient.

    c_k = ((R - v(all but k)) + (v(first k + 1) - v(first k))) / 2

Both coalitions hold everything before player k, so for a policy gradient neither asks what the token would have been
worth in a text that was never being written. 2P evaluations for P players; deterministic, no sampling error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.estimators.estimate import Estimate
from ospo_core.games.ledger import Ledger
from ospo_core.shapes import Credit


@dataclass(frozen=True, slots=True, kw_only=True)
class PastConditioned:
    """The worths it stands on.

    Attributes:
        prefixes: v(first k players), k = 0..P, so that the last one is the reward. P + 1 values.
        without: v(all but player k), k = 0..P-1.
    """

    prefixes: Float64[ndarray, "ends"]
    without: Float64[ndarray, "players"]

    @property
    def credit(self) -> Credit:
        """c_k, in reward units."""
        return ((self.prefixes[-1] - self.without) + np.diff(self.prefixes)) / 2

    @classmethod
    def measure(cls, ledger: Ledger) -> PastConditioned:
        """Evaluate the 2P coalitions. Raises: BudgetTooSmall: they do not fit the ledger's budget."""
        n = ledger.game.n_players
        first = np.tri(n + 1, n, -1, dtype=bool)
        ledger.plan(2 * n)
        worths = ledger.worths(np.concatenate([first, ~np.eye(n, dtype=bool)]))
        return cls(prefixes=worths[: n + 1], without=worths[n + 1 :])


def past_conditioned_estimate(ledger: Ledger) -> Estimate:
    """The credit as a result of its own; `captured_share` says how far it is from efficient."""
    measured = PastConditioned.measure(ledger)
    credit = measured.credit
    total = float(measured.prefixes[-1] - measured.prefixes[0])
    return Estimate(
        name="past-conditioned",
        credit=credit,
        error_factor=None,
        unbiased=False,
        efficient=False,
        evaluations=ledger.distinct,
        details={"captured_share": float(credit.sum()) / total if total else None},
    )
