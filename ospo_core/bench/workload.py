"""What a workload is: a fixed piece of work, done by several contenders, and what came of measuring it.

To add one, write a module with such an object and list it in `workloads.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

Tell = Callable[[str, int, int], None]
"""Told before each step what is being done, how many steps are finished, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A contender that could not be measured, and which package would bring it."""

    workload: str
    contender: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table to be printed: cells are finished texts, the first column names the row."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    note: str = ""

    def width(self, column: str) -> int:
        """Characters of the column's longest cell, its name included."""
        place = self.columns.index(column)
        return max(len(line[place]) for line in (self.columns, *self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a workload found.

    Attributes:
        rows: JSON objects, each with `workload` and `contender`; they go under `rows` of the document.
        more: further lists of such objects, by their name in the document.
        sheets: the same for the eye.
        absent: contenders that are not in the rows.
    """

    rows: Sequence[Mapping[str, Any]]
    more: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    sheets: Sequence[Sheet]
    absent: Sequence[Absent] = ()


@runtime_checkable
class Workload(Protocol):
    """One piece of work. Cheap to make: models load when it is measured."""

    @property
    def name(self) -> str:
        """What one asks for it by."""
        ...

    def measure(self, repeat: int, tell: Tell) -> Measured:
        """Every contender `repeat` times, in turn. Raises: OspoError: a model is not installed."""
        ...
