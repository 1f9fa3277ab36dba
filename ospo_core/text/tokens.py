"""From the offsets of a tokenizer to spans that tile the text. Knows nothing of any particular tokenizer.

Byte-level pieces of one character repeat its offsets, normalisers skip characters, and pieces may end inside an
emoji. A span here is the smallest run of pieces that begins and ends where a reader sees a character begin and end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Protocol, runtime_checkable

from ospo_core.errors import InputError, TextError
from ospo_core.text.graphemes import grapheme_starts
from ospo_core.text.spans import Span, spans_from_starts


@runtime_checkable
class TokenOffsets(Protocol):
    """Says where the tokens of a text lie."""

    @property
    def name(self) -> str:
        """What a result calls it."""
        ...

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Half-open ranges of code points of `text` as given, one per token, without special tokens.

        Ranges may repeat or overlap where tokens are parts of one character, and leave out what the tokenizer drops.
        """
        ...


def tile(text: str, offsets: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Spans that join back to `text`, in order; n log n in its length.

    Pieces that share a character or a grapheme cluster are one span. Characters that no piece covers go to the piece
    after them, at the end of the text to the one before. A text of which the tokenizer makes nothing is one span.

    Args:
        text: not empty.
        offsets: half-open ranges of code points in reading order, special tokens left out; empty ones are ignored.

    Raises:
        TextError: the text is empty.
        InputError: an offset lies outside the text.
    """
    if not text:
        raise TextError("an empty text has no tokens; give a text of at least one character")
    for start, end in offsets:
        if not 0 <= start <= end <= len(text):
            raise InputError(f"the tokenizer gave the offsets [{start}, {end}) for a text of {len(text)} code points")
    return spans_from_starts(sorted({0, *_cuts(text, [(a, b) for a, b in offsets if a < b])}), len(text))


def _cuts(text: str, pieces: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Between what has been covered so far and what is still to come, the first place where a cluster begins."""
    clusters = sorted(grapheme_starts(text))
    covered = accumulate((end for _, end in pieces), max)
    to_come = list(accumulate((start for start, _ in reversed(pieces)), min))[::-1]
    for end, start in zip(covered, to_come[1:], strict=False):
        place = bisect_left(clusters, end)
        if place < len(clusters) and clusters[place] <= start:
            yield clusters[place]
