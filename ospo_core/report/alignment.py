"""Which token of one response is which of another: words are aligned by their text, and tokens within equal words.

Words first, so that 2,400 and 240 are one change and not a shared 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from ospo_core.report.nesting import Nesting

Run = tuple[int, int]
"""Tokens [first, end)."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One word that both sides have (`changed` False), or a run of words that one has in the place of the other's."""

    left: Run
    right: Run
    changed: bool


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """Both responses cut into stretches in reading order; `of_left` and `of_right`: the partner of each token."""

    stretches: tuple[Stretch, ...]
    of_left: tuple[int | None, ...]
    of_right: tuple[int | None, ...]


def align(left_text: str, left: Nesting, right_text: str, right: Nesting) -> Alignment:
    """Align two responses. Equal texts take time in proportion to their words, others up to its square."""
    stretches = tuple(_stretches(_words(left_text, left), _words(right_text, right)))
    of_left: list[int | None] = [None] * len(left.cores)
    of_right: list[int | None] = [None] * len(right.cores)
    for stretch in stretches:
        if not stretch.changed:
            for one, other in zip(range(*stretch.left), range(*stretch.right), strict=True):
                of_left[one], of_right[other] = other, one
    return Alignment(stretches=stretches, of_left=tuple(of_left), of_right=tuple(of_right))


@dataclass(frozen=True, kw_only=True)
class _Word:
    run: Run
    pieces: tuple[str, ...]


def _words(text: str, nesting: Nesting) -> list[_Word]:
    """Runs of tokens that belong to one word; a token of no word stands for itself."""
    owners = nesting.owners.get("word", [None] * len(nesting.cores))
    tokens = range(len(nesting.cores))
    words = []
    for _, run in groupby(tokens, key=lambda token: (owners[token], None if owners[token] is not None else token)):
        places = list(run)
        pieces = tuple(text[slice(*nesting.cores[token])] for token in places)
        words.append(_Word(run=(places[0], places[-1] + 1), pieces=pieces))
    return words


def _stretches(left: list[_Word], right: list[_Word]) -> Iterator[Stretch]:
    matcher = SequenceMatcher(None, [word.pieces for word in left], [word.pieces for word in right])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            for one, other in zip(left[a:b], right[c:d], strict=True):
                yield Stretch(left=one.run, right=other.run, changed=False)
        else:
            yield Stretch(left=_joined(left, a, b), right=_joined(right, c, d), changed=True)


def _joined(words: list[_Word], first: int, end: int) -> Run:
    if first < end:
        return words[first].run[0], words[end - 1].run[1]
    place = words[first].run[0] if first < len(words) else words[-1].run[1]
    return place, place
