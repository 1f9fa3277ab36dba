"""The measures of a run as lines of a chart: which there are, what they are called, how a value is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from frontend.charts.reward_chart import Differences
from frontend.charts.run_lines import RunLine
from frontend.client.training_events import Step
from frontend.numbers import percent, plain, signed
from frontend.watching.alarms import SPREAD_WINDOW
from frontend.watching.axis import STEP, Axis, at_places
from frontend.watching.run_pair import NamedRun, RunPair

Value = Callable[[Sequence[Step], int], float | None]
"""The measure at a place in the list of steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One small chart.

    Attributes:
        note: what stands under it: the unit, or how to read it.
        missing: the same where it was not measured.
        floor: what its foot stands for; None fits the values.
    """

    name: str
    note: str
    value: Value
    said: Callable[[float], str]
    missing: str = "not measured"
    floor: float | None = None


def _of(name: str) -> Value:
    return lambda steps, place: getattr(steps[place], name)


def _zero_spread(steps: Sequence[Step], place: int) -> float:
    return fmean(step.zero_spread_share for step in steps[max(0, place + 1 - SPREAD_WINDOW) : place + 1])


MEASURES = (
    Measure(name="Length", note="tokens", value=_of("length"), said=lambda value: f"{value:.0f}", floor=0.0),
    Measure(
        name="Zero spread",
        note=f"share of the last {SPREAD_WINDOW} steps’ groups",
        value=_zero_spread,
        said=lambda value: percent(value),
        floor=0.0,
    ),
    Measure(
        name="KL to start",
        note="nats a token",
        value=_of("kl"),
        said=lambda value: plain(value, 3),
        missing="not measured: beta is 0",
        floor=0.0,
    ),
    Measure(name="Entropy", note="nats a token", value=_of("entropy"), said=lambda value: plain(value, 2)),
    Measure(name="Loss", note="near 0 by design: watch reward", value=_of("loss"), said=lambda value: signed(value, 3)),
)
"""The loss stands last: it is no sign of progress, since advantages have mean zero in every group."""

FLUENCY = Measure(
    name="Fluency",
    note="nats a token, reference model",
    value=_of("fluency"),
    said=lambda value: plain(value, 2),
)
REPETITION = Measure(
    name="Repetition",
    note="share of word pairs",
    value=_of("repetition"),
    said=lambda value: percent(value),
    floor=0.0,
)


def watched_measures(runs: Sequence[NamedRun]) -> list[Measure]:
    """Every watched reward by its name, then fluency and repetition."""
    names = dict.fromkeys(name for run in runs for step in run.record.steps for name in step.watched)
    return [*(_watched(name) for name in names), FLUENCY, REPETITION]


def _watched(name: str) -> Measure:
    return Measure(
        name=name,
        note="scored, never trained on",
        value=lambda steps, place: steps[place].watched.get(name),
        said=lambda value: plain(value, 2),
    )


def measure_line(run: NamedRun, measure: Measure, axis: Axis) -> RunLine:
    """A measure of a run over an axis."""
    steps = run.record.steps
    values = [measure.value(steps, place) for place in range(len(steps))]
    told = [
        f"step {step.step}: {'none' if value is None else measure.said(value)}"
        for step, value in zip(steps, values, strict=True)
    ]
    return RunLine(name=run.name, places=axis.places(steps), values=values, told=told)


def reward_line(run: NamedRun, axis: Axis) -> RunLine:
    """The mean reward of every step with its standard error over the step's completions."""
    steps = run.record.steps
    root = math.sqrt(completions_a_step(run))
    return RunLine(
        name=run.name,
        places=axis.places(steps),
        values=[step.reward for step in steps],
        told=[f"step {step.step}: {plain(step.reward, 3)}, {step.reward_calls:,} calls" for step in steps],
        errors=[step.spread / root for step in steps],
    )


def completions_a_step(run: NamedRun) -> int:
    """Group size times prompts; 1 where the configuration does not say."""
    config = run.job.config
    return max(1, int(config.get("group_size") or 1) * int(config.get("prompts_per_step") or 1))


def difference_bars(pair: RunPair, axis: Axis) -> Differences | None:
    """Solid less dashed: over steps those of the same step, else where the dashed line stands at the same price.

    None where the two have no place in common.
    """
    if pair.other is None:
        return None
    steps = pair.main.record.steps
    places = axis.places(steps)
    if axis.name == STEP:
        known = dict(pair.differences())
        values = [known.get(step.step) for step in steps]
    else:
        theirs = pair.other.record.steps
        line = list(zip(axis.places(theirs), (step.reward for step in theirs), strict=True))
        values = [
            None if other is None else step.reward - other
            for step, other in zip(steps, at_places(line, places), strict=True)
        ]
    drawn = [(place, value) for place, value in zip(places, values, strict=True) if value is not None]
    if not drawn:
        return None
    return Differences(places=[place for place, _ in drawn], values=[value for _, value in drawn])
