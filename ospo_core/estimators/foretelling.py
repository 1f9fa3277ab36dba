"""How well a fitted process foretells what is evaluated next, and what that says about the width of its error bars.

What a process predicts of a batch before it is evaluated is out of its reach to fit (Dawid 1984, prequential
analysis). Held-out observations of the past are not: hyperparameters and relevances were chosen on them, and a step
that only a few coalitions show is rare among them. Knows neither budgets nor how batches are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.estimators.odd_game import represented
from ospo_core.estimators.odd_kernel import covariance
from ospo_core.estimators.odd_process import Completion
from ospo_core.shapes import Coalitions, Worths

RECENT = 2
"""Batches that count; the process has changed since those before."""
TRUST = 16
"""Observations that the process's own word for its scale is worth."""
MOST_SCALE = 2.0
"""A process that was wrong by a factor of hundreds was so before it saw what it has seen now."""
LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Surprise:
    """`squares`: squared errors of a batch in units of what was expected, correlations taken out; 1 each on average."""

    squares: float
    count: int


@dataclass(frozen=True, slots=True)
class Foretold:
    """The joint predictive distribution of o on a batch; `factor` is lower triangular, factor @ factor.T its spread."""

    mean: Float64[ndarray, "b"]
    factor: Float64[ndarray, "b b"]

    def surprise(self, odd: Worths) -> Surprise:
        """How far what was found is from what was foretold."""
        errors = np.linalg.solve(self.factor, odd - self.mean)
        return Surprise(float(errors @ errors), len(errors))


def foretell(completed: Completion, coalitions: Coalitions) -> Foretold:
    """What the process says of o(S) at these coalitions, contexts of its read-out. O(b * m^2), m observed."""
    posterior, seen = completed.posterior, completed.seen
    rows, sides = represented(coalitions, seen.audible)
    columns = [completed.read_out.column_of[row.tobytes()] for row in rows]
    contexts = completed.contexts[np.array(columns)]
    explained = posterior.inverse_factor @ completed.cross[columns].T
    spread = covariance(contexts, contexts, posterior.relevance, posterior.hyper) - explained.T @ explained
    spread[np.diag_indices_from(spread)] += posterior.rough + LEAST_VARIANCE
    factor = np.linalg.cholesky(spread) * np.sqrt(posterior.variance) * seen.scale
    return Foretold(mean=completed.odd[columns] * sides * seen.scale, factor=factor * sides[:, None])


def error_scale(surprises: Sequence[Surprise]) -> float:
    """Factor on the process's standard deviations: what the last batches show, and its own word as TRUST more.

    1 before anything was foretold. Set on seven texts and fourteen drawn games that no table of the docs holds.
    """
    recent = surprises[-RECENT:]
    squares, count = sum(one.squares for one in recent), sum(one.count for one in recent)
    return min(MOST_SCALE, float(np.sqrt((TRUST + squares) / (TRUST + count))))
