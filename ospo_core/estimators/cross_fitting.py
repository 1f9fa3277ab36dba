"""How well a fitted process predicts whole orders that it was not shown, and what that says about its credit.

Every order of a permutation sample is a fresh draw. Leaving an order's own coalitions out of the fit and walking it
gives marginal contributions of the residual, whose mean corrects the value of the left-out fit without bias: a
control variate, cross-fitted. (Leaving a block out needs no refit: Rasmussen and Williams 2006, equation 5.12, in
block form.) The same residuals, beside those of the plain mean over the other orders, tell which of the two to
believe. Knows nothing of kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from ospo_core.estimators.odd_game import Audible, represented
from ospo_core.estimators.orders import prefixes
from ospo_core.shapes import Coalitions, Credit


@dataclass(frozen=True, slots=True)
class CrossFit:
    """`correction`: what the held-out orders add to the process's credit (0 without orders; sums to 0).

    `permutation_share`: how much of the credit the plain permutations should make up, rho^2 / (1 + rho^2), rho being
    the process's squared error on held-out marginal contributions over theirs. Chosen on games of the benchmark.
    """

    correction: Credit
    permutation_share: float


@dataclass(frozen=True, slots=True)
class _Walk:
    """An order as rows of the observed pairs: o on the way is side * odd[rows]."""

    order: Int64[ndarray, "n"]
    rows: Int64[ndarray, "steps"]
    sides: Float64[ndarray, "steps"]

    def marginals(self, odd: Float64[ndarray, "m"]) -> Credit:
        gained = np.empty(len(self.order))
        gained[self.order] = np.diff(odd[self.rows] * self.sides)
        return gained


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A process fitted to observations of o, as far as leaving some of them out needs to know it.

    Attributes:
        odd: the observations.
        inverse, gram: inverse covariance of the observations, and their covariance without the rough part.
        value_of: the credit of the posterior mean is value_of @ weights of the observations.
    """

    odd: Float64[ndarray, "m"]
    inverse: Float64[ndarray, "m m"]
    gram: Float64[ndarray, "m m"]
    value_of: Float64[ndarray, "n m"]

    @property
    def weights(self) -> Float64[ndarray, "m"]:
        """Of the observations in the posterior mean."""
        return self.inverse @ self.odd

    def without(self, rows: Int64[ndarray, "left"]) -> Float64[ndarray, "m"]:
        """The weights after a fit to all observations but these."""
        weights = self.weights
        left_out = weights - self.inverse[:, rows] @ np.linalg.solve(self.inverse[np.ix_(rows, rows)], weights[rows])
        left_out[rows] = 0.0
        return left_out


def cross_fit(orders: Sequence[Int64[ndarray, "n"]], observed: Coalitions, audible: Audible, fit: Fit) -> CrossFit:
    """Hold out each order once; at least two are needed for anything to be said.

    `observed` are the coalitions of `fit.odd`; all prefixes of the orders, or their complements, are among them.
    Cost: one solve of an order's size an order.
    """
    nothing = CrossFit(np.zeros(len(audible)), 0.0)
    if len(orders) < 2:
        return nothing
    walks = [_walk(order, observed, audible) for order in orders]
    times_seen = np.bincount(np.concatenate([np.unique(walk.rows) for walk in walks]), minlength=len(observed))
    own_rows = [np.unique(walk.rows[times_seen[walk.rows] == 1]) for walk in walks]
    held_out = [(walk, fit.without(own)) for walk, own in zip(walks, own_rows, strict=True) if len(own)]
    if not held_out:
        return nothing
    residuals = np.stack([walk.marginals(fit.odd - fit.gram @ weights) for walk, weights in held_out])
    credit = np.mean([fit.value_of @ weights for _, weights in held_out], axis=0) + residuals.mean(axis=0)
    correction = (credit - fit.value_of @ fit.weights) * audible
    balanced = correction - audible * correction.sum() / audible.sum()
    plain = _predicted_by_the_others(np.stack([walk.marginals(fit.odd) for walk in walks]))
    return CrossFit(balanced, _permutation_share(np.square(residuals).mean(), np.square(plain).mean()))


def _predicted_by_the_others(marginals: Float64[ndarray, "k n"]) -> Float64[ndarray, "k n"]:
    """Each order's marginal contributions less the mean of the other orders': what plain permutations predict."""
    return marginals - (marginals.sum(axis=0) - marginals) / (len(marginals) - 1)


def _walk(order: Int64[ndarray, "n"], observed: Coalitions, audible: Audible) -> _Walk:
    row_of = {row.tobytes(): at for at, row in enumerate(observed)}
    representatives, sides = represented(prefixes(order), audible)
    return _Walk(order, np.array([row_of[row.tobytes()] for row in representatives]), sides)


def _permutation_share(error: float, plain_error: float) -> float:
    total = error**2 + plain_error**2
    return float(error**2 / total) if total > 0 else 0.0
