"""From a value to one of eleven steps, for what the screen colours itself. The engine's rule (a test keeps them alike).

The domain is the 98th percentile of the absolute values, rounded up to a round number: one scale a page, which one
extreme token does not stretch. Edges are wider at the top because credit is concentrated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frontend.numbers import MINUS

EDGES = (0.03, 0.10, 0.25, 0.50, 0.75)
"""Lower edges of steps 1 to 5, as shares of the domain; below the first is zero."""
_ROUND = (1.0, 1.2, 1.5, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_PERCENTILE = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditScale:
    """A symmetric scale [-domain, domain] in the unit of the values; domain > 0."""

    domain: float

    @staticmethod
    def of(values: Iterable[float]) -> CreditScale:
        """The scale of all values on a page; of none but zeros, 1."""
        sizes = sorted(abs(value) for value in values)
        if not sizes or not sizes[-1]:
            return CreditScale(domain=1.0)
        return CreditScale(domain=_rounded_up(_percentile(sizes) or sizes[-1]))

    def name(self, value: float) -> str:
        """n5..n1, z, p1..p5."""
        size = sum(abs(value) / self.domain >= edge for edge in EDGES)
        return "z" if not size else f"{'p' if value > 0 else 'n'}{size}"

    def is_beyond(self, value: float) -> bool:
        """Whether a value lies outside and needs its mark."""
        return abs(value) > self.domain

    def legend(self) -> Mapping[str, Any]:
        """What a legend prints: the edges from left to right, and the least that has a colour."""
        sizes = [_short(edge * self.domain) for edge in EDGES[1:]]
        ticks = [*(f"{MINUS}{size}" for size in reversed(sizes)), "0", *(f"+{size}" for size in sizes)]
        return {"ticks": ticks, "least": _short(EDGES[0] * self.domain), "words": ["blame", "credit"]}


def _percentile(ordered: Sequence[float]) -> float:
    """Between the two nearest, as NumPy does it."""
    place = _PERCENTILE * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _rounded_up(value: float) -> float:
    unit = 10.0 ** math.floor(math.log10(value))
    # A value that is round already must stay: division by a power of ten is not exact.
    return next(factor * unit for factor in _ROUND if factor * unit >= value * (1 - 1e-12))


def _short(value: float) -> str:
    """Two significant digits without trailing zeros."""
    decimals = min(12, max(0, 1 - math.floor(math.log10(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
