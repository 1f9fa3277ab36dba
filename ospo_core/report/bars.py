"""Horizontal bars in reward units: where a bar begins and ends on an axis that several rows share. Knows no markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ospo_core.report.nesting import Nesting, Part
from ospo_core.report.subject import Subject, value_range

MOST_ROWS = 14
"""The most parts a waterfall shows; beyond that it stays on a coarser level."""

_MARGIN = 0.01
_SLIVER = 0.6


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A linear axis of `width` units that holds [low, high] with a small margin on both sides."""

    low: float
    high: float
    width: float

    def at(self, value: float) -> float:
        """The place of a value, rounded to a tenth."""
        return round(self.width * self.share(value), 1)

    def share(self, value: float) -> float:
        """The place of a value as a share of the width, 0 to 1."""
        span = (self.high - self.low) or 1.0
        return _MARGIN + (1 - 2 * _MARGIN) * (value - self.low) / span

    def bar(self, start: float, stop: float) -> tuple[float, float]:
        """Left edge and width of a bar between two values, in either order; what is not zero stays visible."""
        left, right = sorted((self.at(start), self.at(stop)))
        return left, round(max(right - left, _SLIVER if start != stop else 0.0), 1)


def ladder_axis(subject: Subject, width: float) -> Axis:
    """One axis for every node and token of a response, so that nothing jumps between pins."""
    ends = [
        part.credit + sign * (part.interval or 0.0)
        for part in subject.nesting.parts
        if part.kind != "token"
        for sign in (-1, 1)
    ]
    low, high = value_range([*ends, *subject.credit])
    return Axis(low=low, high=high, width=width)


def waterfall_parts(nesting: Nesting, place: int) -> tuple[int, ...]:
    """The parts that a waterfall of a node shows: its finest level of at most 14, at least its children."""
    shown = finer = nesting.parts[place].children
    while finer and len(finer) <= MOST_ROWS:
        shown = finer
        finer = tuple(child for part in finer for child in nesting.parts[part].children or (part,))
        if finer == shown:
            break
    return shown


@dataclass(frozen=True, kw_only=True)
class WaterfallRow:
    """One part with the running sum before and after it; `parted` when another parent begins here."""

    part: Part
    before: float
    after: float
    parted: bool


def waterfall_rows(nesting: Nesting, places: Sequence[int]) -> list[WaterfallRow]:
    """The rows in reading order; the last running sum is the node's credit."""
    rows: list[WaterfallRow] = []
    running = 0.0
    for place in places:
        part = nesting.parts[place]
        parted = bool(rows) and rows[-1].part.parent != part.parent
        rows.append(WaterfallRow(part=part, before=running, after=running + part.credit, parted=parted))
        running += part.credit
    return rows


def waterfall_axis(rows: Sequence[WaterfallRow], total: float, width: float) -> Axis:
    """The axis that holds every running sum of a waterfall."""
    low, high = value_range([total, *(row.after for row in rows)])
    return Axis(low=low, high=high, width=width)


def first_selected(nesting: Nesting, pinned: int) -> int:
    """The node whose waterfall is shown first: the sentence of the pinned token, the root if that has no parts."""
    sentences = [part for part in nesting.of_kind("sentence") if part.children]
    if len(sentences) < 2:
        return 0
    around = nesting.ladder(pinned)
    return next((part.place for part in sentences if part.place in around), 0)
