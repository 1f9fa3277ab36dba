"""The contenders of the workload `accuracy`: from a known game, a budget of distinct evaluations and a seed, credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from ospo_core.bench.known_game import KnownGame
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.methods import method_named
from ospo_core.estimators.permutation import permutation_estimate, plan_pairs
from ospo_core.games.ledger import Ledger
from ospo_core.shapes import Credit

ROUNDING = 1e-9
"""Share of the largest credit by which an estimate may be off and still count as right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Credit, the distinct evaluations it took, and whose error bar holds the exact value; None without error bars."""

    credit: Credit
    evaluations: int
    covered: Bool[ndarray, "n"] | None = None


@runtime_checkable
class AccuracyContender(Protocol):
    """Finds credit on a known game. `seeded`: another seed is another estimate."""

    @property
    def name(self) -> str: ...

    @property
    def seeded(self) -> bool: ...

    def find(self, game: KnownGame, budget: int, seed: int) -> Found:
        """At most `budget` distinct evaluations."""
        ...


@dataclass(frozen=True, slots=True)
class Ours:
    """What `auto` shows when the exact value does not fit the budget."""

    name: str = "ospo"
    seeded: bool = True

    def find(self, game: KnownGame, budget: int, seed: int) -> Found:
        """As promised by AccuracyContender."""
        ledger = Ledger(game, max_evaluations=budget)
        estimate = method_named("bayesian-quadrature").find(game.tree, ledger, seed).estimate
        return Found(credit=estimate.credit, evaluations=ledger.distinct, covered=covered(estimate, game.exact))


@dataclass(frozen=True, slots=True)
class Permutations:
    """The unbiased estimate of the method `permutation`: antithetic pairs of admissible orders."""

    name: str = "permutation"
    seeded: bool = True

    def find(self, game: KnownGame, budget: int, seed: int) -> Found:
        """As promised by AccuracyContender."""
        ledger = Ledger(game, max_evaluations=budget)
        pairs = plan_pairs(game.tree, ledger, seed)
        ledger.worths(pairs.coalitions())
        estimate = permutation_estimate(pairs, ledger)
        return Found(credit=estimate.credit, evaluations=ledger.distinct, covered=covered(estimate, game.exact))


def covered(estimate: Estimate, exact: Credit) -> Bool[ndarray, "n"]:
    """Whose nominal 95 % interval holds the exact value; one that is right to rounding counts, no interval does not."""
    errors = estimate.standard_error(np.eye(len(exact), dtype=bool))
    if errors is None:
        return np.zeros(len(exact), dtype=bool)
    return (np.abs(estimate.credit - exact) <= estimate.quantile * errors) | right(estimate.credit, exact)


def right(credit: Credit, exact: Credit) -> Bool[ndarray, "n"]:
    """Whose credit is exact to rounding."""
    return np.abs(credit - exact) <= ROUNDING * np.abs(exact).max()
