"""Two results in one unit, on one scale, in the same decimals, token held against token. Knows no markup, no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ospo_core.report.alignment import Alignment, Run, align
from ospo_core.report.numbers import Decimals
from ospo_core.report.scale import Scale
from ospo_core.report.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Change:
    """One word of both sides, or a run of words that one side has in the place of the other's.

    Attributes:
        left, right: tokens [first, end) of each side; empty where a side has none.
        before, after: what each side's map shows for them, None where it has none: the sum of credit, the mean of
            advantages.
        replaced: whether the words differ.
    """

    left: Run
    right: Run
    before: float | None
    after: float | None
    replaced: bool

    @property
    def difference(self) -> float:
        """After minus before; what is not there counts as 0."""
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two explained responses whose maps share a scale.

    Attributes:
        shows_credit: the unit is that of rewards; else it is sigma, and both have a group.
    """

    left: Subject
    right: Subject
    alignment: Alignment
    shows_credit: bool

    @classmethod
    def of(cls, left: Mapping[str, Any], right: Mapping[str, Any]) -> Pair:
        """Read two documents of kind explain: advantages where both have a group, else credit."""
        shows_credit = not (left["group"] and right["group"])
        bare = {"group": None} if shows_credit else {}
        one, other = Subject.of({**left, **bare}), Subject.of({**right, **bare})
        alignment = align(one.response, one.nesting, other.response, other.nesting)
        pair = cls(left=one, right=other, alignment=alignment, shows_credit=shows_credit)
        differences = (value for value in pair.difference if value is not None)
        scale = Scale.of([*one.values, *other.values, *differences])
        rewards = (side.document[name] for side in (one, other) for name in ("reward", "baseline"))
        decimals = Decimals.of([*one.credit, *other.credit], rewards)
        sides = [replace(side, scale=scale, decimals=decimals) for side in (one, other)]
        return replace(pair, left=sides[0], right=sides[1])

    @cached_property
    def both(self) -> tuple[tuple[float, float], ...]:
        """Left and right value of every token that both have."""
        partners = enumerate(self.alignment.of_right)
        return tuple((self.left.values[one], self.right.values[other]) for other, one in partners if one is not None)

    @property
    def same_text(self) -> bool:
        """Whether both explain the same response."""
        return self.left.response == self.right.response

    @property
    def same_reward(self) -> bool:
        """Whether both were measured with the same reward, so that its values can be compared."""
        return self.left.document["reward_spec"] == self.right.document["reward_spec"]

    @cached_property
    def difference(self) -> tuple[float | None, ...]:
        """For every token of the right side: right minus left, None where the left has no such token."""
        return tuple(
            None if partner is None else value - self.left.values[partner]
            for value, partner in zip(self.right.values, self.alignment.of_right, strict=True)
        )

    @cached_property
    def intervals(self) -> tuple[float | None, ...]:
        """Half-widths of the intervals of those differences, the two errors taken as independent."""
        return tuple(
            _joint(width, None if partner is None else self.left.intervals[partner])
            for width, partner in zip(self.right.intervals, self.alignment.of_right, strict=True)
        )

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every stretch of the alignment with what each side shows for it, in reading order."""
        return tuple(
            Change(
                left=stretch.left,
                right=stretch.right,
                before=self._shown(self.left, stretch.left),
                after=self._shown(self.right, stretch.right),
                replaced=stretch.changed,
            )
            for stretch in self.alignment.stretches
        )

    def _shown(self, side: Subject, run: Run) -> float | None:
        values = side.values[run[0] : run[1]]
        if not values:
            return None
        return sum(values) if self.shows_credit else sum(values) / len(values)


def _joint(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else (one**2 + other**2) ** 0.5
