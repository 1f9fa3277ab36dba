"""The whole tree as rows of cells: width is tokens in reading order, colour the mean per token. Knows no markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ospo_core.report.nesting import Nesting, Part
from ospo_core.report.numbers import signed
from ospo_core.report.subject import Subject

_ROW, _LEAF_ROW = 41, 83
_WIDTH, _LEAST_COLUMN = 1200.0, 12.5
_MOST_LEAVES, _MOST_CELLS = 120, 400
_CHARACTER, _LINE = 6.4, 13.0
_LONGEST_QUOTE = 80


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One node as a rectangle.

    `label` is what of its text fits, `upright` when it stands like a book's spine, `quote` what a screen reader says.
    """

    part: Part
    x: float
    y: int
    width: float
    height: int
    label: str
    upright: bool
    row: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class Icicle:
    """All cells, the size of the drawing, and the kinds that were left out because they are too many to read."""

    cells: tuple[Cell, ...]
    width: float
    height: int
    omitted: tuple[str, ...]


def icicle(subject: Subject) -> Icicle:
    """Lay the tree out; levels of more than 120 words or 400 nodes are left out and named."""
    nesting = subject.nesting
    sizes = {kind: len(nesting.of_kind(kind)) for kind in nesting.kinds[1:]}
    shown = [kind for kind in sizes if sizes[kind] <= (_MOST_LEAVES if kind in ("word", "token") else _MOST_CELLS)]
    total = sum(part.tokens for part in nesting.of_kind(shown[-1])) if shown else 0.0
    has_leaves = bool(shown) and shown[-1] in ("word", "token")
    width = max(_WIDTH, total * _LEAST_COLUMN) if has_leaves else _WIDTH
    heights = [_LEAF_ROW if kind in ("word", "token") else _ROW for kind in shown]
    cells = tuple(
        cell
        for row, kind in enumerate(shown)
        for cell in _row(subject, kind, row, sum(heights[:row]), heights[row], width / (total or 1.0))
    )
    omitted = tuple(kind for kind in sizes if kind not in shown)
    return Icicle(cells=cells, width=round(width, 1), height=sum(heights), omitted=omitted)


def _row(subject: Subject, kind: str, row: int, y: int, height: int, column: float) -> Iterator[Cell]:
    before = _tokens_before(subject.nesting)
    for part in subject.nesting.of_kind(kind):
        x, width = before[part.place] * column, part.tokens * column
        label, upright = _label(subject, part, width, height)
        yield Cell(
            part=part,
            x=round(x, 2),
            y=y,
            width=round(max(width - 1, 0.5), 2),
            height=height - 1,
            label=label,
            upright=upright,
            row=row,
            quote=subject.quote(part, _LONGEST_QUOTE),
        )


def _tokens_before(nesting: Nesting) -> list[float]:
    """How many tokens stand before each node, over all levels alike."""
    before = [0.0] * len(nesting.parts)
    for part in nesting.parts:
        position = before[part.place]
        for child in part.children:
            before[child] = position
            position += nesting.parts[child].tokens
    return before


def _label(subject: Subject, part: Part, width: float, height: int) -> tuple[str, bool]:
    text = " ".join(subject.response[part.start : part.end].split())
    if part.kind == "sentence":
        text = f"{part.number}\u2002{signed(part.credit, subject.decimals.credit)}\u2002{text}"
    if part.kind in ("word", "token"):
        text = text.strip(".,;:!?…\"'()[]“”") or text
        if _extent(text) <= width - 8:
            return text, False
        return (_fitted(text, height - 10.0), True) if width >= _LEAST_COLUMN else ("", True)
    return _fitted(text, width - 12), False


def _extent(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return wide * _LINE + (len(text) - wide) * _CHARACTER


def _fitted(text: str, room: float) -> str:
    """As much of the text as fits, with an ellipsis; nothing when under three characters would."""
    if _extent(text) <= room:
        return text
    kept = 0.0
    for position, character in enumerate(text):
        kept += _extent(character)
        if kept > room - _CHARACTER:
            return f"{text[:position].rstrip()}…" if position > 2 else ""
    return text
