"""One cell of the accuracy table: a contender on a family of games at one budget, all instances and seeds together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray
from scipy import special

from ospo_core.bench.accuracy_contenders import AccuracyContender, right
from ospo_core.bench.known_game import KnownGame
from ospo_core.shapes import Credit

LARGE = 0.1
"""Coverage is counted over the players above this share of the largest credit: the others pad it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Relative L2 errors, [instance, seed], and what they come to.

    Attributes:
        budget: most distinct evaluations.
        evaluations: distinct evaluations made, mean.
        intervals, covered: error bars of players with large credit, and those of them that hold the exact value; 0
            where the contender has no error bars.
        right: those whose credit is exact to rounding, which any error bar covers.
    """

    family: str
    contender: str
    players: int
    budget: int
    evaluations: float
    errors: Float64[ndarray, "instances seeds"]
    intervals: int
    covered: int
    right: int

    @property
    def error(self) -> float:
        """Mean over instances, each the mean over its seeds."""
        return float(self.errors.mean())

    @property
    def half_width(self) -> float | None:
        """Of the 95 % t interval of that mean between instances; None of one instance."""
        return t_half_width(self.errors.mean(axis=1))

    @property
    def noise(self) -> float | None:
        """The same between seeds, the instances fixed; None of one seed."""
        return t_half_width(self.errors.mean(axis=0))

    @property
    def coverage(self) -> float | None:
        """Share of the intervals that hold the exact value."""
        return self.covered / self.intervals if self.intervals else None

    @property
    def per_player(self) -> int:
        """Evaluations a player that the budget allows."""
        return self.budget // self.players

    def as_json(self, workload: str) -> Mapping[str, Any]:
        """The form in which the document carries it."""
        instances, seeds = self.errors.shape
        return {
            "workload": workload,
            "contender": self.contender,
            "family": self.family,
            "players": self.players,
            "budget": self.budget,
            "evaluations": self.evaluations,
            "error": self.error,
            "half_width": self.half_width,
            "noise": self.noise,
            "instances": instances,
            "seeds": seeds,
            "errors": self.errors.tolist(),
            "coverage": self.coverage,
            "intervals": self.intervals,
            "right": self.right,
        }


def t_half_width(values: Float64[ndarray, "k"]) -> float | None:
    """Half of the 95 % t interval of the mean of independent values; None of fewer than two."""
    if len(values) < 2:
        return None
    return float(special.stdtrit(len(values) - 1, 0.975) * values.std(ddof=1) / np.sqrt(len(values)))


def relative_error(credit: Credit, exact: Credit) -> float:
    """L2 distance to the exact value over the length of that."""
    return float(np.linalg.norm(credit - exact) / np.linalg.norm(exact))


def large(exact: Credit) -> Bool[ndarray, "n"]:
    """Whose coverage is counted."""
    return np.abs(exact) > LARGE * np.abs(exact).max()


def cell(family: str, contender: AccuracyContender, games: Sequence[KnownGame], budget: int, seeds: int) -> Cell:
    """Run the contender on every game, with every seed if that matters to it, else with the first alone."""
    runs = [[contender.find(game, budget, seed) for seed in range(seeds if contender.seeded else 1)] for game in games]
    bars = [
        np.stack([found.covered, right(found.credit, game.exact)])[:, large(game.exact)]
        for game, tries in zip(games, runs, strict=True)
        for found in tries
        if found.covered is not None
    ]
    counted = np.concatenate([np.zeros((2, 0), dtype=bool), *bars], axis=1)
    return Cell(
        family=family,
        contender=contender.name,
        players=games[0].n_players,
        budget=budget,
        evaluations=float(np.mean([found.evaluations for tries in runs for found in tries])),
        errors=np.array(
            [
                [relative_error(found.credit, game.exact) for found in tries]
                for game, tries in zip(games, runs, strict=True)
            ]
        ),
        intervals=counted.shape[1],
        covered=int(counted[0].sum()),
        right=int(counted[1].sum()),
    )
