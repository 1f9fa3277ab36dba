"""The statements of a response, and the numbers of the sources that each cites.

A marker such as "[2]", "[1, 3]" or "[1-3]" cites for the words before it: a statement is a sentence, cut after every
group of markers but the last, so that what follows the last one still belongs to it. Markers with at most one word
between them ("[1] and [2]") are one group. Knows no grammar: where a sentence of several citations puts each of them
before its words ("by [1] ..., by [2] ..."), they are read as citing the wrong ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import regex

from ospo_core.text.sentences import sentence_breaks
from ospo_core.text.spans import Span
from ospo_core.text.words import is_citation, split_at, word_starts

_NUMBERS = regex.compile(r"(\d{1,4})(?:\s?[–-]\s?(\d{1,4}))?")
_SAME_GROUP = 2
"""Most places from one marker to the next of its group: 2 lets one word stand between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedStatement:
    """A stretch of a response that cites as one.

    Attributes:
        span: where it stands in the response, markers and the spaces before it included.
        claim: its text without markers; empty where it is nothing but markers.
        cited: the distinct numbers cited, ascending; empty where there is no marker.
        words: how many words the claim has, punctuation not counted.
    """

    span: Span
    claim: str
    cited: tuple[int, ...]
    words: int


def cited_statements(response: str) -> tuple[CitedStatement, ...]:
    """The statements that tile a response, in order; none where it is blank. Linear in its length."""
    if not response.strip():
        return ()
    starts = word_starts(response)
    words = split_at(response, starts)
    cites = [is_citation(word) for word in words]
    sentences = [number for number, begins in enumerate(sentence_breaks(words)) if begins]
    cuts = chain.from_iterable(_cuts(cites, first, stop) for first, stop in pairwise([*sentences, len(words)]))
    ends = [*starts, len(response)]
    return tuple(
        _statement(Span(ends[first], ends[stop]), words[first:stop], cites[first:stop])
        for first, stop in pairwise([*cuts, len(words)])
    )


def cited_numbers(marker: str) -> set[int]:
    """The numbers in a marker, every number of a range among them."""
    ranges = [(int(first), int(last or first)) for first, last in _NUMBERS.findall(marker)]
    return {number for ends in ranges for number in range(min(ends), max(ends) + 1)}


def _cuts(cites: Sequence[bool], first: int, stop: int) -> Iterator[int]:
    """Word numbers at which the statements of the sentence [first, stop) begin."""
    yield first
    markers = [number for number in range(first, stop) if cites[number]]
    for marker, following in pairwise(markers):
        if following - marker > _SAME_GROUP:
            yield marker + 1


def _statement(span: Span, words: Sequence[str], cites: Sequence[bool]) -> CitedStatement:
    said = [word for word, marker in zip(words, cites, strict=True) if not marker]
    markers = [word for word, marker in zip(words, cites, strict=True) if marker]
    return CitedStatement(
        span=span,
        claim="".join(said).strip(),
        cited=tuple(sorted(set().union(*map(cited_numbers, markers)))),
        words=sum(any(map(str.isalnum, word)) for word in said),
    )
