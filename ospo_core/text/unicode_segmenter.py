"""Segments a text of any language by punctuation and length. Knows no grammar and needs no model.

Sentences and words are those of `sentences` and `words`. Clauses end at the punctuation that separates clauses in the
script at hand; phrases are even cuts of a clause into runs of up to four words, for want of a parse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

from ospo_core.text.segmentation import Segmentation
from ospo_core.text.sentences import paragraph_starts, sentence_breaks
from ospo_core.text.words import split_at, word_starts

_PHRASE_WORDS = 4
_SHORTEST_CLAUSE = 2
_CLOSERS = r"""[\p{Pe}\p{Pf}"'*_`~]*+\s*+\Z"""
_STRONG = regex.compile(rf"[;:؛；：—–](?={_CLOSERS})", regex.V1)
_COMMA = regex.compile(rf"[,،、，﹐﹑](?={_CLOSERS})", regex.V1)
_DASH = regex.compile(r"\s*+[-–—]{1,3}\s*+")


class UnicodeSegmenter:
    """Sentences, clauses, phrases and words by rules."""

    @property
    def name(self) -> str:
        """What a result calls it."""
        return "unicode"

    def segment(self, text: str) -> Segmentation:
        """Nested levels of a text that is not empty; linear in its length."""
        starts = word_starts(text)
        words = split_at(text, starts)
        sentences = [number for number, begins in enumerate(sentence_breaks(words)) if begins]
        clauses = [cut for first, stop in _ranges(sentences, len(words)) for cut in _clause_cuts(words, first, stop)]
        phrases = [cut for first, stop in _ranges(clauses, len(words)) for cut in even_cuts(first, stop)]
        levels = [("paragraph", paragraph_starts(words)), ("sentence", sentences), ("clause", clauses)]
        return Segmentation.of_words(starts, [*levels, ("phrase", phrases)])


def even_cuts(first: int, stop: int) -> list[int]:
    """Starts that cut [first, stop) into as few runs of up to four words as possible, of nearly equal length."""
    length = stop - first
    parts = -(-length // _PHRASE_WORDS)
    return [first + length * part // parts for part in range(parts)]


def ends_strongly(word: str) -> bool:
    """Whether a word ends in a colon, semicolon or dash, which part clauses whatever their length."""
    return _STRONG.search(word) is not None


def is_dash(word: str) -> bool:
    """Whether a word is a dash standing alone."""
    return _DASH.fullmatch(word) is not None


def _clause_cuts(words: Sequence[str], first: int, stop: int) -> Iterator[int]:
    """Word numbers at which the clauses of the sentence [first, stop) begin."""
    current = first
    yield first
    for number in range(first + 1, stop):
        long_enough = number - current >= _SHORTEST_CLAUSE
        strong = ends_strongly(words[number - 1]) or is_dash(words[number])
        if (strong or (long_enough and _COMMA.search(words[number - 1]))) and not is_dash(words[number - 1]):
            current = number
            yield number


def _ranges(starts: Sequence[int], stop: int) -> Iterator[tuple[int, int]]:
    return pairwise([*starts, stop])
