"""Numbers as people write them in a text: 2400, 2,400, 2 400, 2.4, -3, 1.5e3. Knows nothing of what they mean.

The decimal sign is the point. What could be read in two ways (1,5 or 3.14.15 or a date 12.03.2024) is not read at
all: no number is better than a wrong one. The one exception is 2 400, which is always read as 2400.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from ospo_core.rewards.phrase import SPACED_LETTER, is_word_edge

# A sign counts only where neither word nor number precedes it: 10-15 is a range, not 10 and -15.
_START = rf"(?:(?<!{SPACED_LETTER}|[.,\-−])[\-−+]|(?<!{SPACED_LETTER}|[.,]))"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)"
_NUMBER = regex.compile(_START + _DIGITS + r"(?:\.\d+)?(?:e[\-+]?\d{1,3})?(?!\d|[.,]\d)", regex.V1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNumber:
    """A number and where it stands, [start, end), in the text it was read from."""

    value: float
    start: int
    end: int

    def has_unit(self, text: str, units: Sequence[str]) -> bool:
        """Whether one of the units follows, after a space at most; a currency sign may also stand before."""
        return any(self._followed_by(text, unit) or self._preceded_by(text, unit) for unit in units)

    def _followed_by(self, text: str, unit: str) -> bool:
        start = self.end + text.startswith(" ", self.end)
        return text.startswith(unit, start) and is_word_edge(text, start + len(unit))

    def _preceded_by(self, text: str, unit: str) -> bool:
        end = self.start - text.endswith(" ", 0, self.start)
        return unicodedata.category(unit[-1]) == "Sc" and text.endswith(unit, 0, end)


def written_numbers(text: str) -> tuple[WrittenNumber, ...]:
    """Every number of a normalised text (phrase.py), in order."""
    return tuple(
        WrittenNumber(value=_value(found[0]), start=found.start(), end=found.end()) for found in _NUMBER.finditer(text)
    )


def _value(written: str) -> float:
    return float(written.replace(",", "").replace(" ", "").replace("−", "-"))
