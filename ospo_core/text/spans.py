"""A half-open range of code points of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ospo_core.errors import InputError


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """[start, end) in Unicode code points. Raises: InputError: not 0 <= start < end."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InputError(f"a span needs 0 <= start < end; got [{self.start}, {self.end})")

    def of(self, text: str) -> str:
        """The characters of `text` in this span."""
        return text[self.start : self.end]


def spans_from_starts(starts: Sequence[int], length: int) -> tuple[Span, ...]:
    """The spans that tile [0, length) and begin at the given sorted starts."""
    return tuple(Span(a, b) for a, b in zip(starts, [*starts[1:], length], strict=True))
