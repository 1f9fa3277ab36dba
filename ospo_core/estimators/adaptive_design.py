"""Which coalitions to evaluate next: those that lower the posterior variance of the credit most.

Sequential Bayesian quadrature (Huszar and Duvenaud 2012 for the greedy rule): a pair's gain is the squared length of
its posterior covariance with the credit over its own variance; after each choice both are downdated, so that a batch
does not ask the same thing twice. Knows nothing of budgets.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from ospo_core.estimators.odd_kernel import covariance
from ospo_core.estimators.odd_process import Completion
from ospo_core.shapes import Coalitions

POOL = 600
"""Unseen contexts that compete for a batch; more are sampled in proportion to their weight in the credit."""
CONTEXTS = 1600
"""Unseen contexts that stand for all of them in the covariance of the credit with the pool."""
LEAST_VARIANCE = 1e-12


def most_informative(completed: Completion, count: int, rng: np.random.Generator) -> Coalitions:
    """Up to `count` coalitions, each to be evaluated together with its complement. O(count * POOL * (n + count))."""
    pool = _pool(completed, rng)
    shared, own = _posterior_covariances(completed, pool, rng)
    chosen = _greedy(shared, own, min(count, len(pool)))
    return completed.read_out.coalitions[completed.unseen[pool[chosen]]]


def _pool(completed: Completion, rng: np.random.Generator) -> Int64[ndarray, "p"]:
    """Places among the unseen contexts."""
    count = len(completed.unseen)
    if count <= POOL:
        return np.arange(count)
    weight = np.sqrt(np.square(completed.read_out.weights[:, completed.unseen]).sum(axis=0))
    candidates = np.flatnonzero(weight)
    if len(candidates) <= POOL:
        return candidates
    probability = weight[candidates] / weight[candidates].sum()
    return np.sort(rng.choice(candidates, size=POOL, replace=False, p=probability))


def _posterior_covariances(
    completed: Completion, pool: Int64[ndarray, "p"], rng: np.random.Generator
) -> tuple[Float64[ndarray, "n p"], Float64[ndarray, "p p"]]:
    """(covariance of the credit with o on the pool, covariance of o on the pool), the rough part included."""
    posterior, unseen = completed.posterior, completed.contexts[completed.unseen]
    candidates, cross = unseen[pool], completed.cross[completed.unseen]
    explained = posterior.inverse_factor @ cross[pool].T
    own = covariance(candidates, candidates, posterior.relevance, posterior.hyper) - explained.T @ explained
    own[np.diag_indices_from(own)] += posterior.rough
    weights = completed.read_out.weights[:, completed.unseen]
    some = rng.permutation(len(unseen))[:CONTEXTS]
    scaled = weights[:, some] * (len(unseen) / len(some))
    shared = scaled @ covariance(unseen[some], candidates, posterior.relevance, posterior.hyper)
    shared += weights[:, pool] * posterior.rough - (scaled @ cross[some] @ posterior.inverse_factor.T) @ explained
    return shared, own


def _greedy(shared: Float64[ndarray, "n p"], own: Float64[ndarray, "p p"], count: int) -> list[int]:
    """Choose one after the other, with a rank-one downdate of both covariances after each choice."""
    variance, chosen = np.maximum(np.diag(own), LEAST_VARIANCE), []
    directions = np.zeros((count, len(own)))
    gains_of = np.ones(len(own))
    for step in range(count):
        best = int(np.argmax(gains_of * np.square(shared).sum(axis=0) / variance))
        chosen.append(best)
        gains_of[best] = 0.0
        deviation = np.sqrt(variance[best])
        direction = (own[best] - directions[:step].T @ directions[:step, best]) / deviation
        shared = shared - np.outer(shared[:, best] / deviation, direction)
        variance = np.maximum(variance - np.square(direction), LEAST_VARIANCE)
        directions[step] = direction
    return chosen
