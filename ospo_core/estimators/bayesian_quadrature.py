"""Owen value by Bayesian quadrature: a few permutations as an audit, all other evaluations chosen for the credit.

One or two antithetic pairs of orders come first: an unbiased estimate of their own, which audits the rest, and a first
look at every player. Everything else goes, batch by batch, to the coalitions that lower the posterior variance of the
credit most (`adaptive_design`), after each batch with relevances that follow the credit found so far: players that
never mattered are looked at less, none is forgotten.

What is shown is the value of the completed game: efficient, biased, exact once every consistent coalition was seen. Its
error bars are the process's posterior, widened, and scaled by how well it foretold the last batches.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.estimators.adaptive_design import most_informative
from ospo_core.estimators.audit import Verdict, audit
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.foretelling import Surprise, error_scale, foretell
from ospo_core.estimators.odd_game import ReadOut
from ospo_core.estimators.odd_process import DEFAULT, Completion, Seen, complete, refit
from ospo_core.estimators.one_thread import one_thread
from ospo_core.estimators.permutation import OrderPairs
from ospo_core.games.ledger import Ledger
from ospo_core.shapes import Credit
from ospo_core.tree import Tree

LEAST_BATCH = 16
BATCH_GROWTH = 0.35
SEARCH_AGAIN = 1.3
"""Hyperparameters are searched anew when the observations have grown by this factor."""


class BayesianQuadrature:
    """Chooses and evaluates coalitions of one ledger's game, after the pairs that audit it."""

    def __init__(self, tree: Tree, pairs: OrderPairs, ledger: Ledger, *, permutation: Credit, seed: int) -> None:
        """`pairs` are evaluated already; `permutation`, the credit from them, says where to look first."""
        self._tree, self._pairs, self._ledger = tree, pairs, ledger
        self._rng = np.random.default_rng(seed)
        self._coalitions = pairs.coalitions()
        self._first = permutation
        self._completed: Completion | None = None
        self._surprises: list[Surprise] = []
        self._searched = 0
        self._fit()

    @property
    def lost(self) -> bool:
        """Every observed pair is even: there is nothing to follow, and nothing is chosen."""
        return self._completed is None

    def choose_until(self, left: int) -> None:
        """Evaluate chosen pairs, at least 16 a batch, until the ledger has no more than `left` (or one) to spend.

        Stops early when every context of the read-out was seen. Raises: Interrupted, RewardError: from the ledger;
        what was evaluated before is kept.
        """
        while self._completed is not None and len(self._completed.unseen) and self._ledger.left - left >= 2:
            wanted = max(LEAST_BATCH, int(BATCH_GROWTH * len(self._completed.seen.target)))
            with one_thread():
                chosen = most_informative(self._completed, min((self._ledger.left - left) // 2, wanted), self._rng)
                foretold = foretell(self._completed, chosen)
            batch = np.concatenate([chosen, ~chosen])
            worths = self._ledger.worths(batch)
            self._surprises.append(foretold.surprise((worths[: len(chosen)] - worths[len(chosen) :]) / 2))
            self._coalitions = np.concatenate([self._coalitions, batch])
            self._fit()

    def take(self, pairs: OrderPairs) -> None:
        """Learn from orders that were evaluated meanwhile."""
        self._coalitions = np.concatenate([self._coalitions, pairs.coalitions()])
        self._fit()

    @one_thread()
    def audited(self) -> Verdict:
        """Do the first pairs contradict the estimate?"""
        assert self._completed is not None
        return audit(self._completed, self._pairs.orders, np.random.default_rng(len(self._coalitions)))

    @one_thread()
    def estimate(self, verdict: Verdict) -> Estimate:
        """The value of the game as completed by now. O(contexts^2) kernel entries for its errors."""
        assert self._completed is not None
        rng = np.random.default_rng(self._ledger.distinct)
        audited = {"audit_pairs": verdict.pairs, "audit_probability": verdict.probability}
        return self._estimate(*self._completed.over_more_orders(rng), audited)

    @one_thread()
    def glance(self) -> Estimate:
        """As `estimate`, not audited, in a twentieth of the time: coarser errors, fewer orders. Changes nothing."""
        assert self._completed is not None
        rng = np.random.default_rng(self._ledger.distinct)
        return self._estimate(self._completed.credit, self._completed.quick_error_factor(rng), {})

    def _estimate(
        self, credit: Credit, error_factor: Float64[ndarray, "r n"], audited: Mapping[str, int | float]
    ) -> Estimate:
        completed = self._completed
        assert completed is not None
        hyper, evaluations = completed.posterior.hyper, self._ledger.distinct
        scale = error_scale(self._surprises)
        audit_pairs = len(np.unique(self._pairs.coalitions(), axis=0)) // 2
        return Estimate(
            name="bayesian-quadrature",
            credit=credit,
            error_factor=error_factor * _widening(self._tree.n_players, evaluations) * scale,
            unbiased=False,
            efficient=True,
            evaluations=evaluations,
            details={
                "pairs": len(completed.seen.target),
                "chosen_pairs": len(completed.seen.target) - audit_pairs,
                "theta": hyper.theta,
                "focus": hyper.focus,
                "error_scale": scale,
                **audited,
            },
        )

    @one_thread()
    def _fit(self) -> None:
        everybody = np.ones(self._tree.n_players, dtype=bool)
        seen = Seen.of(self._tree, self._coalitions, self._ledger.recall(self._coalitions), everybody)
        if seen.scale == 0.0:
            return
        again = len(seen.target) > SEARCH_AGAIN * self._searched
        self._searched = len(seen.target) if again else self._searched
        if self._completed is None:
            read_out = ReadOut.of(self._tree, everybody, self._rng)
            self._completed = complete(seen, read_out, self._rng, self._first, DEFAULT)
        else:
            self._completed = refit(self._completed, seen, self._rng if again else None)


def _widening(n_players: int, evaluations: int) -> float:
    """Factor on the posterior's standard deviation, which takes relevances and hyperparameters for known.

    Set together with `error_scale`, so that about 94 % of nominal 95 % intervals held the truth on seven texts with
    four rewards and fourteen drawn games, at 4 to 16 evaluations a player; `ospo bench --workload accuracy` measures
    it on others.
    """
    return 1 + 20 * (n_players / max(evaluations, 1)) ** 2
