"""The few tokens that carry most of the credit, or of the blame, and the words to quote for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ospo_core.report.nesting import Nesting
from ospo_core.report.subject import Subject, elided

SHARE = 0.8
"""The part of a side's total that its spotlight has to reach."""

_LONGEST_QUOTE = 72
_STOPS = ".,;: 。，；：、،؛"
"""What a quotation leaves away at its end."""


def quoted(words: str, limit: int) -> str:
    """Words on one line of at most `limit` characters, in quotation marks, without the stop that ends them."""
    return f"“{elided(words.rstrip(_STOPS) or words, limit)}”"


@dataclass(frozen=True, kw_only=True)
class Spotlight:
    """The smallest set of tokens that reaches 80 % of one side's total.

    Attributes:
        share: what the set holds of the total, 0 to 1.
        tokens: the set, in reading order.
        first, last: the quoted run of tokens, both included.
        covers: whether the quoted run holds the whole set.
        run_share: what the quoted run holds of the total, 0 to 1.
        sentence: number of the one sentence that holds the set, or None.
    """

    share: float
    tokens: tuple[int, ...]
    first: int
    last: int
    covers: bool
    run_share: float
    sentence: int | None

    def text(self, subject: Subject) -> str:
        """The quoted run on one line, in quotation marks, without the comma or full stop that ends it."""
        start, end = subject.nesting.cores[self.first][0], subject.nesting.cores[self.last][1]
        words = subject.response[start:end]
        return quoted(words, _LONGEST_QUOTE)

    def over_run(self, values: Sequence[float]) -> float:
        """Sum of a per-token value over the quoted run."""
        return sum(values[self.first : self.last + 1])

    def mean_over_run(self, values: Sequence[float]) -> float:
        """Mean of a per-token value over the quoted run."""
        return self.over_run(values) / (self.last - self.first + 1)


def spotlight(weights: Sequence[float], nesting: Nesting) -> Spotlight | None:
    """Find it for weights that are positive on the side of interest and at most 0 elsewhere; None if none is."""
    total = sum(weight for weight in weights if weight > 0)
    if total <= 0:
        return None
    chosen, held = [], 0.0
    for token in sorted(range(len(weights)), key=lambda token: -weights[token]):
        if held >= SHARE * total or weights[token] <= 0:
            break
        chosen.append(token)
        held += weights[token]
    chosen.sort()
    first, last = _run(chosen, weights)
    covers = first == chosen[0] and last == chosen[-1]
    first, last = _whole_words(first, last, nesting)
    return Spotlight(
        share=min(1.0, held / total),
        tokens=tuple(chosen),
        first=first,
        last=last,
        covers=covers,
        run_share=min(1.0, sum(max(0.0, weight) for weight in weights[first : last + 1]) / total),
        sentence=_one_sentence(chosen, nesting),
    )


def _run(chosen: Sequence[int], weights: Sequence[float]) -> tuple[int, int]:
    """The whole set if it lies close together, else its heaviest run with gaps of at most one token.

    No gap holds a token that weighs half as much against the side as the set's least weighs for it: a quoted run is
    to be what the sentence says of it.
    """
    least = min(weights[token] for token in chosen)

    def bridged(left: int, right: int) -> bool:
        return all(weight > -least / 2 for weight in weights[left + 1 : right])

    if chosen[-1] - chosen[0] + 1 <= 2 * len(chosen) and bridged(chosen[0], chosen[-1]):
        return chosen[0], chosen[-1]
    runs = [[chosen[0]]]
    for token in chosen[1:]:
        if token - runs[-1][-1] <= 2 and bridged(runs[-1][-1], token):
            runs[-1].append(token)
        else:
            runs.append([token])
    heaviest = max(runs, key=lambda run: sum(weights[token] for token in run))
    return heaviest[0], heaviest[-1]


def _whole_words(first: int, last: int, nesting: Nesting) -> tuple[int, int]:
    words = nesting.owners.get("word")
    if words is None:
        return first, last
    while first > 0 and words[first] is not None and words[first - 1] == words[first]:
        first -= 1
    while last + 1 < len(words) and words[last] is not None and words[last + 1] == words[last]:
        last += 1
    return first, last


def _one_sentence(chosen: Sequence[int], nesting: Nesting) -> int | None:
    owners = nesting.owners.get("sentence")
    if owners is None or len(nesting.of_kind("sentence")) < 2:
        return None
    places = {owners[token] for token in chosen}
    place = next(iter(places))
    return nesting.parts[place].number if len(places) == 1 and place is not None else None
