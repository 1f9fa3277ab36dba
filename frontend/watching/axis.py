"""What the steps are plotted against: OSPO pays more reward calls a step, so that steps alone would flatter it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from frontend.client.training_events import Step

STEP, CALLS, TIME = "Step", "Reward calls", "Wall time"
AXES = (STEP, CALLS, TIME)
_WIDEST = 6.0
"""Runs whose ends lie further apart than so many times are drawn over a logarithmic axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One of the three, for the runs that are drawn over it.

    Attributes:
        name: one of AXES.
        unit: what stands under it.
        logarithmic: places are base-10 logarithms of the values.
    """

    name: str
    unit: str
    logarithmic: bool
    _value: Callable[[Step], float]

    def places(self, steps: Sequence[Step]) -> list[float]:
        """Where the steps lie."""
        values = [self._value(step) for step in steps]
        return [math.log10(max(value, 1.0)) for value in values] if self.logarithmic else values


def axis_named(name: str, runs: Sequence[Sequence[Step]]) -> Axis:
    """The axis of that name; of any other name, steps."""
    if name == CALLS:
        ends = [steps[-1].reward_calls for steps in runs if steps]
        logarithmic = len(ends) > 1 and min(ends) > 0 and max(ends) > _WIDEST * min(ends)
        unit = "reward calls, logarithmic" if logarithmic else "reward calls"
        return Axis(name=CALLS, unit=unit, logarithmic=logarithmic, _value=lambda step: float(step.reward_calls))
    if name == TIME:
        return _time(max((steps[-1].seconds for steps in runs if steps), default=0.0))
    return Axis(name=STEP, unit="step", logarithmic=False, _value=lambda step: float(step.step))


def _time(longest: float) -> Axis:
    """In minutes where there are some."""
    unit, seconds = ("minutes of training", 60.0) if longest >= 180 else ("seconds of training", 1.0)
    return Axis(name=TIME, unit=unit, logarithmic=False, _value=lambda step: step.seconds / seconds)


def at_places(known: Sequence[tuple[float, float]], places: Sequence[float]) -> list[float | None]:
    """The values of a broken line at these places; None outside of it. Both are in ascending order of place."""
    return [_between(known, place) for place in places]


def _between(known: Sequence[tuple[float, float]], place: float) -> float | None:
    for (left, low), (right, high) in pairwise(known):
        if left <= place <= right:
            share = (place - left) / (right - left) if right > left else 1.0
            return low + share * (high - low)
    return None
