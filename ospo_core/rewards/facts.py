"""Conditions on a text: a phrase, a group of conditions, a regular expression, a number within a tolerance.

Knows nothing of weights. Users' regular expressions run in RE2, whose time is linear in the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

from ospo_core.errors import SettingsError
from ospo_core.rewards.extras import needing
from ospo_core.rewards.phrase import normalised, occurrences
from ospo_core.rewards.written_numbers import WrittenNumber, written_numbers

NEAR_CHARACTERS = 60
"""A number is near a phrase when at most this many characters lie between them: about ten words."""

ROUNDING = 1e-9
"""Relative slack of a tolerance, so that 1.1 is within 0.1 of 1 in floating point too."""


class Reading:
    """A text, with what the conditions look at worked out once for all of them."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def normal(self) -> str:
        """The text as phrases are compared with it."""
        return normalised(self.text)

    @cached_property
    def numbers(self) -> tuple[WrittenNumber, ...]:
        """The numbers of the normal form."""
        return written_numbers(self.normal)


@runtime_checkable
class Condition(Protocol):
    """Something a text meets or does not."""

    def met(self, reading: Reading) -> bool:
        """Whether the text meets it."""
        ...


@dataclass(frozen=True, slots=True)
class AnyPhrase:
    """One of the phrases (normalised, not empty) stands in the text as whole words."""

    phrases: tuple[str, ...]

    def met(self, reading: Reading) -> bool:
        """Whether one does."""
        return any(next(occurrences(phrase, reading.normal), None) is not None for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the conditions is met."""

    conditions: tuple[Condition, ...]

    def met(self, reading: Reading) -> bool:
        """Whether all are."""
        return all(condition.met(reading) for condition in self.conditions)


class Pattern:
    """A regular expression in RE2's syntax matches somewhere in the text as written, case included."""

    def __init__(self, expression: str) -> None:
        with needing("rubric"):
            import re2
        options = re2.Options()
        options.log_errors = False
        try:
            self._compiled = re2.compile(expression, options)
        except re2.error as error:
            raise SettingsError(f"pattern is not valid RE2: {_reason(error)}") from None

    def met(self, reading: Reading) -> bool:
        """Whether it matches."""
        return self._compiled.search(reading.text) is not None


def _reason(error: Exception) -> str:
    """What RE2 said, in one line: it answers in bytes."""
    said = error.args[0] if error.args else error
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWithin:
    """Some number with one of the units lies within `allowed` of `value`; or outside it, where `outside` says so.

    Without units, units do not matter. `near` is a normalised phrase that must stand close by, or empty.
    """

    value: float
    allowed: float
    outside: bool
    units: tuple[str, ...]
    near: str

    def met(self, reading: Reading) -> bool:
        """Whether such a number is in the text."""
        right = [number for number in reading.numbers if self._has_value(number) and self._has_unit(number, reading)]
        return bool(right) and (not self.near or _some_near(right, self.near, reading.normal))

    def _has_value(self, number: WrittenNumber) -> bool:
        within = abs(number.value - self.value) <= self.allowed + ROUNDING * abs(self.value)
        return within != self.outside

    def _has_unit(self, number: WrittenNumber, reading: Reading) -> bool:
        return not self.units or number.has_unit(reading.normal, self.units)


def _some_near(numbers: Sequence[WrittenNumber], phrase: str, text: str) -> bool:
    starts = list(occurrences(phrase, text))
    return any(_is_near(number, starts, len(phrase)) for number in numbers)


def _is_near(number: WrittenNumber, starts: Sequence[int], length: int) -> bool:
    """Only the phrases just before and just after can be the nearest."""
    place = bisect_left(starts, number.start)
    before = starts[place - 1 : place] if place else []
    gaps = [number.start - (start + length) for start in before] + [
        start - number.end for start in starts[place : place + 1]
    ]
    return any(gap <= NEAR_CHARACTERS for gap in gaps)
