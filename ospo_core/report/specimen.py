"""A text as marked-up tokens: one stream of pieces from which a map is drawn. Knows no HTML beyond class names.

The pieces of a stream joined are the text. White space between two tokens lies inside the first one when both are
in the same phrase, else between them, so that bands and fills end before the space. Where it lies never moves a letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ospo_core.report.nesting import BANDED, Nesting
from ospo_core.report.scale import Scale, step_name
from ospo_core.report.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One step of the stream.

    Attributes:
        act: `open` and `close` a banded node, `gap` is bare white space, `token` is a token.
        text: what stands in the text; empty for open and close.
        css: class names of a token or band; of a gap, those of the fill that runs through it where no bands end.
        index: the token's number, the node's number among its kind; -1 for the others.
    """

    act: str
    text: str = ""
    css: str = ""
    index: int = -1


def pieces(response: str, nesting: Nesting, marks: Sequence[str], bands: Sequence[str] | None) -> Iterator[Piece]:
    """The stream of one map: `marks` are the classes of each token, `bands` those of each node, None for no bands.

    The text is cut at the same places with and without bands: a browser rounds the width of every run, and maps whose
    runs differ could break their lines differently.
    """
    open_bands: tuple[int, ...] = ()
    position = 0
    for token, (start, _) in enumerate(nesting.cores):
        path = nesting.band_path(token) if bands is not None else ()
        kept = _common(open_bands, path)
        yield from (Piece(act="close") for _ in open_bands[kept:])
        if position < start:
            is_washed = bands is None and token > 0 and _is_blank(response[position:start])
            yield Piece(act="gap", text=response[position:start], css=marks[token - 1] if is_washed else "")
        yield from _opened(nesting, path[kept:], bands or ())
        position = _with_space(response, nesting, token)
        yield Piece(act="token", text=response[start:position], css=marks[token], index=token)
        open_bands = path
    yield from (Piece(act="close") for _ in open_bands)
    if position < len(response):
        yield Piece(act="gap", text=response[position:])


def _opened(nesting: Nesting, places: Sequence[int], bands: Sequence[str]) -> Iterator[Piece]:
    for place in places:
        part = nesting.parts[place]
        yield Piece(act="open", css=f"{_BAND_CSS[part.kind]} {bands[place]}", index=part.number)


_BAND_CSS: Mapping[str, str] = dict(zip(BANDED, ("se", "cl", "ph"), strict=True))


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    kept = 0
    while kept < min(len(one), len(other)) and one[kept] == other[kept]:
        kept += 1
    return kept


def _with_space(response: str, nesting: Nesting, token: int) -> int:
    """Where the token's piece ends: before the next one if only blanks part them within one phrase."""
    end = nesting.cores[token][1]
    if token + 1 == len(nesting.cores):
        return end
    following = nesting.cores[token + 1][0]
    is_one_phrase = nesting.band_path(token) == nesting.band_path(token + 1)
    return following if is_one_phrase and _is_blank(response[end:following]) else end


def _is_blank(text: str) -> bool:
    return set(text) <= {" "}


def mark(value: float, interval: float | None, scale: Scale, text: str) -> str:
    """The classes of one value: its step, hatched when its interval crosses zero, a corner when beyond the scale."""
    step = scale.step(value)
    if step == 0:
        return "z"
    names = [step_name(step)]
    if interval is not None and abs(value) <= interval:
        names.append("unc")
    if scale.is_beyond(value):
        names.append("clipm")
    if is_punctuation(text):
        names.append("punct")
    return " ".join(names)


def is_punctuation(text: str) -> bool:
    """Whether a token is too slim for an underline: under eight pixels a dotted line looks solid."""
    return not any(unicodedata.category(character)[0] in "LNM" for character in text)


def token_marks(subject: Subject) -> list[str]:
    """The classes of every token on the map of the subject's values."""
    return marks_of(subject, subject.values, subject.intervals)


def marks_of(subject: Subject, values: Sequence[float], intervals: Sequence[float | None]) -> list[str]:
    """The classes of every token on a map of these values, on the subject's scale."""
    texts = (subject.response[start:end] for start, end in subject.nesting.cores)
    rows = zip(values, intervals, texts, strict=True)
    return [mark(value, interval, subject.scale, text) for value, interval, text in rows]


def part_marks(subject: Subject) -> list[str]:
    """The classes of every node, from its mean per token."""
    return [mark(subject.mean(part), subject.mean_interval(part), subject.scale, "a") for part in subject.nesting.parts]


def band_marks(subject: Subject) -> list[str]:
    """The colour class of every node's band; a band has no second cue."""
    return [f"c-{step_name(subject.scale.step(subject.mean(part)))}" for part in subject.nesting.parts]
