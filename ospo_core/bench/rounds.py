"""Contenders timed in turn, round by round, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median_low
from typing import Any

from ospo_core.bench.contender import Contender, TimedRun
from ospo_core.bench.workload import Absent, Tell
from ospo_core.errors import ModelMissing
from ospo_core.models.metering import metering


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one contender took.

    Attributes:
        evaluations: of the model, in one run.
        seconds: wall time of the run of median time; of an even number, the faster of the two in the middle.
        evaluations_per_second: of that run.
        forward_tokens: tokens that went through the model in it, padding excluded.
        spread: seconds of the fastest and of the slowest run.
        repeats: number of runs.
    """

    workload: str
    contender: str
    evaluations: int
    seconds: float
    evaluations_per_second: float
    forward_tokens: int
    spread: tuple[float, float]
    repeats: int

    def as_json(self) -> Mapping[str, Any]:
        """The form in which the document carries it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, order=True)
class _Lap:
    seconds: float
    evaluations: int
    forward_tokens: int


def in_turn(
    workload: str, contenders: Sequence[Contender], repeat: int, tell: Tell
) -> tuple[tuple[Row, ...], tuple[Absent, ...]]:
    """(one row per contender that could be prepared, the others), each timed `repeat` times; warm-up not counted."""
    steps, done = len(contenders) * (repeat + 1), 0
    runs: dict[str, TimedRun] = {}
    absent = []
    for contender in contenders:
        tell(f"{workload}: preparing {contender.name}", done, steps)
        try:
            runs[contender.name] = contender.prepare()
        except ModelMissing as missing:
            absent.append(Absent(workload=workload, contender=contender.name, reason=str(missing)))
        done += 1
    present = [contender for contender in contenders if contender.name in runs]
    laps: dict[str, list[_Lap]] = {name: [] for name in runs}
    for number in range(1, repeat + 1):
        for contender in present:
            tell(f"{workload}: {contender.name}, run {number} of {repeat}", done, steps)
            laps[contender.name].append(_lap(runs[contender.name]))
            done += 1
    return tuple(_row(workload, name, timed) for name, timed in laps.items()), tuple(absent)


def _lap(run: TimedRun) -> _Lap:
    with metering() as meter:
        start = time.perf_counter()
        evaluations = run()
        seconds = time.perf_counter() - start
    return _Lap(seconds, evaluations, meter.forward_tokens)


def _row(workload: str, contender: str, laps: Sequence[_Lap]) -> Row:
    middle = median_low(laps)
    seconds = [lap.seconds for lap in laps]
    return Row(
        workload=workload,
        contender=contender,
        evaluations=middle.evaluations,
        seconds=middle.seconds,
        evaluations_per_second=middle.evaluations / middle.seconds,
        forward_tokens=middle.forward_tokens,
        spread=(min(seconds), max(seconds)),
        repeats=len(laps),
    )
