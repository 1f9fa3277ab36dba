"""From a value to one of eleven steps, the same on every map of a page. Knows neither colours nor units.

The domain is the 98th percentile of the absolute values, rounded up to a round number: one scale per page, robust to a
single extreme token. Edges are wider at the top because credit is concentrated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ospo_core.report.numbers import short

EDGES = (0.03, 0.10, 0.25, 0.50, 0.75)
"""Lower edges of steps 1 to 5, as shares of the domain; below the first is zero."""

_ROUND = (1.0, 1.2, 1.5, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_PERCENTILE = 98.0


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A symmetric scale [-domain, domain] in the unit of the values shown; domain > 0."""

    domain: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Scale:
        """The scale of all values on a page. A page of zeros has the domain 1, so that every token stays unfilled.

        Where more than 98 % of the values are zero the percentile is zero too, and the largest value takes its place.
        """
        sizes = np.abs(np.fromiter(values, dtype=np.float64))
        if not sizes.size or not sizes.any():
            return cls(domain=1.0)
        percentile = float(np.percentile(sizes, _PERCENTILE))
        return cls(domain=_rounded_up(percentile or float(sizes.max())))

    def step(self, value: float) -> int:
        """-5..5; 0 when the value is under 3 % of the domain."""
        share = abs(value) / self.domain
        size = sum(share >= edge for edge in EDGES)
        return size if value >= 0 else -size

    def is_beyond(self, value: float) -> bool:
        """Whether a value lies outside the domain and needs its mark."""
        return abs(value) > self.domain

    def ticks(self) -> tuple[str, ...]:
        """The edges printed under a legend from left to right: four of blame, 0, four of credit."""
        sizes = [short(edge * self.domain) for edge in EDGES[1:]]
        return (*(f"−{size}" for size in reversed(sizes)), "0", *(f"+{size}" for size in sizes))

    @property
    def least(self) -> str:
        """The smallest size that gets a colour, for the words of a legend."""
        return short(EDGES[0] * self.domain)


def _rounded_up(value: float) -> float:
    exponent = math.floor(math.log10(value))
    unit = 10.0**exponent
    # A value that is round already must stay: division by a power of ten is not exact.
    return next(factor * unit for factor in _ROUND if factor * unit >= value * (1 - 1e-12))


def step_name(step: int) -> str:
    """p1..p5 for credit, n1..n5 for blame, z for zero: the class of a fill and the kind of a quoted span."""
    return "z" if step == 0 else f"{'p' if step > 0 else 'n'}{abs(step)}"
