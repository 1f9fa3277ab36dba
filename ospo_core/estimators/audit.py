"""Whether unbiased permutations contradict an estimate that comes from a model: a posterior predictive check.

The model's completed game says how far the mean of a few antithetic pairs of random orders may lie from its credit.
Where the audit's own pairs lie further off than all but two in a thousand of such means, the model and the game
disagree (Gelman, Meng and Stern 1996 on such checks). One or two pairs find gross errors only; agreement is no proof.
One pair against the few orders of a sampled read-out cannot be that rare, and never contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from ospo_core.estimators.odd_game import Walks
from ospo_core.estimators.odd_process import Completion
from ospo_core.estimators.orders import OrderSampler

LEAST_PROBABILITY = 0.002
SIMULATED_ORDERS = 500
SIMULATIONS = 1999


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`probability`: how often the model's own pairs would lie as far from its credit as the audit's do."""

    pairs: int
    probability: float

    @property
    def contradicts(self) -> bool:
        """The audit would be a surprise of less than two in a thousand."""
        return self.probability < LEAST_PROBABILITY


def audit(completed: Completion, orders: Sequence[Int64[ndarray, "n"]], rng: np.random.Generator) -> Verdict:
    """Hold the orders' mean marginal contributions against the credit of the completed game.

    All coalitions of `orders` were evaluated. The mean over an order and its reverse is the order walked on the odd
    part. Cost: O((SIMULATED_ORDERS + SIMULATIONS) * n); no evaluation.
    """
    credit = completed.read_out.weights @ completed.odd
    # From what was observed: the audit's own orders need not be contexts of a sampled read-out.
    seen = completed.seen
    row_of = {row.tobytes(): number for number, row in enumerate(seen.pairs.coalitions)}
    found = Walks.through(np.stack(orders), row_of, seen.audible).marginals(seen.target).mean(axis=0)
    marginals, noise = _simulated(completed, rng)
    draws = rng.integers(len(marginals), size=(SIMULATIONS, len(orders)))
    means = marginals[draws].mean(axis=1)
    means = means + rng.standard_normal(means.shape) * np.sqrt(np.square(noise[draws]).sum(axis=1)) / len(orders)
    further = np.square(means - credit).sum(axis=1) >= np.square(found - credit).sum()
    different = min(SIMULATIONS, comb(len(marginals), len(orders)))
    return Verdict(pairs=len(orders), probability=(1 + different * float(further.mean())) / (1 + different))


def _simulated(
    completed: Completion, rng: np.random.Generator
) -> tuple[Float64[ndarray, "k n"], Float64[ndarray, "k n"]]:
    """(marginal contributions in the completed game along random orders, the error of each that is to be expected)."""
    walks = completed.read_out.walks or _walks(completed, rng)
    guessed = np.zeros(len(completed.odd))
    guessed[completed.unseen] = completed.posterior.held_out
    noise = np.empty(walks.orders.shape)
    squared = guessed[walks.columns]
    np.put_along_axis(noise, walks.orders, np.sqrt(squared[:, 1:] + squared[:, :-1]), axis=1)
    return walks.marginals(completed.odd), noise


def _walks(completed: Completion, rng: np.random.Generator) -> Walks:
    """Random orders through contexts that are all consistent coalitions."""
    sampler = OrderSampler(completed.seen.tree, rng)
    orders = np.stack([sampler.draw() for _ in range(SIMULATED_ORDERS)])
    return Walks.through(orders, completed.read_out.column_of, completed.seen.audible)
