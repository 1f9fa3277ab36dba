"""What the accuracy cells come to: in how many families ours is below another, and which cells are bad.

A tie of two errors that are both zero counts for ours. Nothing is weighed or left out: a bad cell is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ospo_core.bench.accuracy_cell import Cell
from ospo_core.bench.evaluations_to_error import Need

ZERO = 1e-9
"""An error below this is zero: nothing but rounding."""
COVERAGE = (0.88, 0.98)
EVERY_FAMILY = "all families"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How many families keep a promise.

    Attributes:
        at: the budget, as evaluations a player.
        wanted: how many of them must.
        bad: one line for each that does not.
    """

    promise: str
    at: str
    good: int
    families: int
    wanted: int
    bad: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Enough families keep it."""
        return self.good >= self.wanted

    def as_json(self, workload: str) -> Mapping[str, Any]:
        """The form in which the document carries it."""
        return {"workload": workload, **asdict(self), "met": self.met}


Judge = Callable[[Cell, Cell], bool]
"""Is ours (the first) good beside theirs?"""


def below(ours: Cell, theirs: Cell) -> bool:
    """Lower mean error, or both zero."""
    return ours.error < theirs.error or max(ours.error, theirs.error) < ZERO


def not_above_noise(ours: Cell, theirs: Cell) -> bool:
    """Not above their mean error by more than the half width of its 95 % interval between seeds."""
    return ours.error <= theirs.error + (theirs.noise or 0.0) or below(ours, theirs)


def compared(
    promise: str, judge: Judge, ours: Sequence[Cell], theirs: Sequence[Cell], per_player: int, *, exceptions: int = 0
) -> Verdict | None:
    """Families held against each other at one budget, all but `exceptions` of which must be good; None without any."""
    rivals = {cell.family: cell for cell in theirs if cell.per_player == per_player}
    pairs = [(cell, rivals[cell.family]) for cell in ours if cell.per_player == per_player and cell.family in rivals]
    if not pairs:
        return None
    bad = [(mine, other) for mine, other in pairs if not judge(mine, other)]
    return Verdict(
        promise=promise,
        at=f"{per_player}n",
        good=len(pairs) - len(bad),
        families=len(pairs),
        wanted=len(pairs) - exceptions,
        bad=tuple(f"{mine.family}: {mine.error:.3g}, {other.contender} {other.error:.3g}" for mine, other in bad),
    )


def covering(ours: Sequence[Cell], per_player: int) -> Verdict | None:
    """Coverage at one budget, of each family and of all their error bars together; None without any."""
    cells = [cell for cell in ours if cell.per_player == per_player and cell.intervals]
    if not cells:
        return None
    counts = {cell.family: np.array([cell.covered, cell.intervals, cell.right]) for cell in cells}
    counts[EVERY_FAMILY] = np.sum(list(counts.values()), axis=0)
    lowest, highest = COVERAGE
    bad = [
        f"{family}: {covered / intervals:.3f}, {right} of {intervals} exact"
        for family, (covered, intervals, right) in counts.items()
        if not lowest <= covered / intervals <= highest
    ]
    return Verdict(
        promise=f"covers {lowest:.0%} to {highest:.0%}",
        at=f"{per_player}n",
        good=len(counts) - len(bad),
        families=len(counts),
        wanted=len(counts),
        bad=tuple(bad),
    )


def sooner(ours: Sequence[Need], theirs: Sequence[Need], *, exceptions: int) -> Verdict | None:
    """Families in which ours needs fewer evaluations; one in which it never arrives is bad. None without any."""
    rivals = {each.family: each for each in theirs}
    pairs = [(mine, rivals[mine.family]) for mine in ours if mine.family in rivals]
    if not pairs:
        return None
    bad = [(mine, other) for mine, other in pairs if not (mine.reached and mine.evaluations < other.evaluations)]
    other = pairs[0][1]
    return Verdict(
        promise=f"sooner than {other.contender}, {other.players} players",
        at=f"{other.limit:.0%} error",
        good=len(pairs) - len(bad),
        families=len(pairs),
        wanted=len(pairs) - exceptions,
        bad=tuple(f"{mine.family}: {mine.said}, {rival.contender} {rival.said}" for mine, rival in bad),
    )
