"""Standard errors of means over training steps, which are not independent. Knows nothing of runs.

The steps of a run share weights: a step after a lucky one is likely to be lucky too, so that the usual s / sqrt(n) is
too small. Here neighbouring steps are put into blocks, and the means of the blocks are treated as independent and
equally spread. That assumes that dependence dies out within about a block. The drift of a run that is still learning
counts as error, which errs on the careful side. Few blocks make a wide interval, so intervals use Student's t.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

WINDOW = 10
"""Steps at the end of a run that are spoken of."""
BLOCK = 2
"""Steps in a block."""

_T_95 = (math.inf, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Student's t, two-sided 95 %, by degrees of freedom; Student (1908)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its standard error, in the unit of the values; `blocks` is how many stood for it."""

    mean: float
    error: float
    blocks: int

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval."""
        return _t(self.blocks) * self.error

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return abs(self.mean) > self.margin


def mean_of(values: Sequence[float]) -> Estimate | None:
    """The mean of values in order of their steps; None under four, which make no two blocks.

    The error is never smaller than the one that takes steps as independent: with so few blocks their spread may be
    small by accident.
    """
    if len(values) < 2 * BLOCK:
        return None
    blocks = [fmean(values[start : start + BLOCK]) for start in range(len(values) % BLOCK, len(values), BLOCK)]
    single = stdev(values) / math.sqrt(len(values))
    return Estimate(mean=fmean(values), error=max(stdev(blocks) / math.sqrt(len(blocks)), single), blocks=len(blocks))


def change_between(before: Sequence[float], after: Sequence[float]) -> Estimate | None:
    """The mean of `after` less that of `before`: errors of two stretches that share no step are added in squares.

    Assumes the stretches far enough apart to be independent. None where either is too short.
    """
    first, last = mean_of(before), mean_of(after)
    if first is None or last is None:
        return None
    error = math.hypot(first.error, last.error)
    return Estimate(mean=last.mean - first.mean, error=error, blocks=min(first.blocks, last.blocks))


def _t(blocks: int) -> float:
    return _T_95[min(blocks - 1, len(_T_95) - 1)]
