"""How many evaluations an estimator needs until its error, mean over a family of games, is within a limit.

Budgets grow until it is; between the last that was not enough and the first that was, the number is interpolated on
logarithmic axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ospo_core.bench.accuracy_cell import Cell, cell
from ospo_core.bench.accuracy_contenders import AccuracyContender
from ospo_core.bench.known_game import KnownGame

LIMIT = 0.1
EVALUATIONS_PER_PLAYER = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Evaluations until the error is within the limit.

    Attributes:
        bound: `exactly`, interpolated; `at most`, the first budget was enough; `more than`, none was.
        error: at the last budget that was tried.
    """

    family: str
    contender: str
    players: int
    instances: int
    seeds: int
    limit: float
    bound: str
    evaluations: float
    error: float

    @property
    def said(self) -> str:
        """The number with its bound, for a table."""
        return f"{'' if self.bound == 'exactly' else self.bound + ' '}{self.evaluations:,.0f}"

    @property
    def reached(self) -> bool:
        """Some budget was enough."""
        return self.bound != "more than"

    def as_json(self, workload: str) -> Mapping[str, Any]:
        """The form in which the document carries it."""
        return {"workload": workload, **asdict(self)}


def need(
    family: str,
    contender: AccuracyContender,
    games: Sequence[KnownGame],
    seeds: int,
    per_player: Sequence[int] = EVALUATIONS_PER_PLAYER,
) -> Need:
    """Run the contender at one budget after the other; nothing beyond the first that is enough."""
    tried: list[Cell] = []
    for share in per_player:
        tried.append(cell(family, contender, games, share * games[0].n_players, seeds))
        if tried[-1].error <= LIMIT:
            break
    bound, evaluations = _arrival(tried)
    instances, runs = tried[-1].errors.shape
    return Need(
        family=family,
        contender=contender.name,
        players=games[0].n_players,
        instances=instances,
        seeds=runs,
        limit=LIMIT,
        bound=bound,
        evaluations=evaluations,
        error=tried[-1].error,
    )


def _arrival(tried: Sequence[Cell]) -> tuple[str, float]:
    last = tried[-1]
    if last.error > LIMIT:
        return "more than", last.evaluations
    if len(tried) == 1:
        return "at most", last.evaluations
    before = tried[-2]
    if last.error == 0.0:  # no logarithm: the whole way counts
        return "exactly", last.evaluations
    way = np.log(before.error / LIMIT) / np.log(before.error / last.error)
    return "exactly", float(before.evaluations * (last.evaluations / before.evaluations) ** way)
