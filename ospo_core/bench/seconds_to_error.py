"""How long each library takes until its credit is near the exact value of what it estimates, on a short text.

Each has its own target: ours the Winter value of the text's tree, SHAP the Owen value of its own binary tree, captum
the Shapley value. Budgets are 2, 4, 8, 16 and 32 evaluations a word; the first is taken at which the relative L2
error, mean over the seeds, is within the limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median_low
from typing import Any

from ospo_core.bench.accuracy_cell import relative_error
from ospo_core.bench.workload import Sheet, Tell
from ospo_core.shapes import Credit

EVALUATIONS_PER_WORD = (2, 4, 8, 16, 32)
LIMIT = 0.25
_COLUMNS = ("contender", "estimates", "evaluations", "seconds", "error")

Estimator = Callable[[int, int], tuple[Credit, int]]
"""From a budget of evaluations and a seed to (credit, evaluations that were made)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Racer:
    """An estimator with the exact value of what it estimates, and the name of that."""

    contender: str
    target: str
    exact: Credit
    estimator: Estimator


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The first budget that was enough; if none was, the largest, and `reached` is False.

    Attributes:
        evaluations, seconds: median over the seeds.
        error: relative L2 error, mean over the seeds.
        players: words of the text.
    """

    workload: str
    contender: str
    target: str
    players: int
    limit: float
    reached: bool
    error: float
    evaluations: int
    seconds: float
    repeats: int

    def as_json(self) -> Mapping[str, Any]:
        """The form in which the document carries it."""
        return asdict(self)


def arrivals(workload: str, racers: Sequence[Racer], repeat: int, tell: Tell) -> tuple[Arrival, ...]:
    """One per racer. Runs nothing beyond the first budget that is enough."""
    found = []
    for number, racer in enumerate(racers):
        tell(f"{workload}: seconds to an error of {LIMIT}, {racer.contender}", number, len(racers))
        found.append(_arrival(workload, racer, repeat))
    return tuple(found)


def arrivals_sheet(title: str, found: Sequence[Arrival]) -> Sheet:
    """The same as a table."""
    return Sheet(
        title=title,
        columns=_COLUMNS,
        lines=tuple(
            (
                each.contender,
                each.target,
                f"{each.evaluations:,}",
                f"{each.seconds:.2f}" if each.reached else f"not within {each.seconds:.2f}",
                f"{each.error:.2f}",
            )
            for each in found
        ),
        note="relative L2 error against the exact value of what each estimates, mean over the seeds",
    )


def _arrival(workload: str, racer: Racer, repeat: int) -> Arrival:
    players, arrival = len(racer.exact), None
    for share in EVALUATIONS_PER_WORD:
        tries = [_try(racer, share * players, seed) for seed in range(repeat)]
        errors, evaluations, seconds = zip(*tries, strict=True)
        arrival = Arrival(
            workload=workload,
            contender=racer.contender,
            target=racer.target,
            players=players,
            limit=LIMIT,
            reached=fmean(errors) <= LIMIT,
            error=fmean(errors),
            evaluations=median_low(evaluations),
            seconds=median_low(seconds),
            repeats=repeat,
        )
        if arrival.reached:
            return arrival
    assert arrival is not None
    return arrival


def _try(racer: Racer, budget: int, seed: int) -> tuple[float, int, float]:
    """(relative error, evaluations, seconds) of one estimate."""
    start = time.perf_counter()
    credit, evaluations = racer.estimator(budget, seed)
    seconds = time.perf_counter() - start
    return relative_error(credit, racer.exact), evaluations, seconds
