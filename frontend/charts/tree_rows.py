"""Which nodes of a tree are drawn, and where: rows from coarse to fine, as wide as they have tokens, in reading order.

A tree of more than 120 words is drawn three levels deep until a part is selected that has fewer; then that part fills
the width, under one bar for each node above it, and those lead back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_LEAVES = 120
"""Most words that stand legibly side by side on a page."""

LEVELS_OF_A_LARGE_TREE = 3
LEAVES = ("word", "token")
_MOST_IN_A_ROW = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A node as a piece of a row: it starts after `before` tokens and is `tokens` wide."""

    place: int
    before: float
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Nodes of one kind side by side; `above` where it is the one node that the rows below lie in."""

    kind: str
    cells: tuple[Cell, ...]
    above: bool = False

    @property
    def leaves(self) -> bool:
        """Whether these are words or tokens."""
        return self.kind in LEAVES


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRows:
    """All rows from the top; every row spans `tokens`. `deeper` are kinds that are not drawn."""

    rows: tuple[Row, ...]
    tokens: float
    deeper: tuple[str, ...]

    def nearest(self, place: int, parents: Sequence[int | None]) -> int | None:
        """The node itself where it is drawn, else the closest one above it that is."""
        drawn = {cell.place for row in self.rows for cell in row.cells}
        current: int | None = place
        while current is not None and current not in drawn:
            current = parents[current]
        return current


def tree_rows(parts: Mapping[str, Sequence[Any]], selected: int) -> TreeRows:
    """The rows for a selection, from the columns `kind, parent, tokens, children` of a view's parts."""
    path = _path(parts["parent"], selected)
    root = next((place for place in path if _leaves(parts, place) <= MOST_LEAVES), _last_inner(parts, path))
    above = path[: path.index(root) + 1]
    cells = _below(parts, root)
    small = _leaves(parts, root) <= MOST_LEAVES
    levels = _levels(parts["kind"], cells)
    shown = levels if small else _legible(levels)
    tokens = float(parts["tokens"][root])
    ancestors = [
        Row(kind=parts["kind"][place], cells=(Cell(place=place, before=0.0, tokens=tokens),), above=True)
        for place in above
    ]
    below = [Row(kind=kind, cells=tuple(row)) for kind, row in shown.items()]
    return TreeRows(
        rows=(*(ancestors if len(above) > 1 else []), *below),
        tokens=tokens,
        deeper=tuple(kind for kind in levels if kind not in shown),
    )


def _path(parents: Sequence[int | None], place: int) -> list[int]:
    path: list[int] = []
    current: int | None = place
    while current is not None:
        path.append(current)
        current = parents[current]
    return path[::-1]


def _last_inner(parts: Mapping[str, Sequence[Any]], path: Sequence[int]) -> int:
    return next(place for place in reversed(path) if parts["children"][place] or place == path[0])


def _leaves(parts: Mapping[str, Sequence[Any]], root: int) -> int:
    """Nodes without children at and under this one."""
    count, open_places = 0, [root]
    while open_places:
        children = parts["children"][open_places.pop()]
        count += not children
        open_places.extend(children)
    return count


def _below(parts: Mapping[str, Sequence[Any]], root: int) -> list[Cell]:
    """Every node under this one in preorder, each starting where its siblings before it end."""
    cells: list[Cell] = []
    waiting = [(root, 0.0)]
    while waiting:
        place, before = waiting.pop()
        cells.append(Cell(place=place, before=before, tokens=float(parts["tokens"][place])))
        positions = []
        for child in parts["children"][place]:
            positions.append((child, before))
            before += float(parts["tokens"][child])
        waiting.extend(reversed(positions))
    return cells[1:]


def _levels(kinds: Sequence[str], cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """By kind, coarse first: a preorder meets a coarser kind before what lies in it."""
    levels: dict[str, list[Cell]] = {}
    for cell in cells:
        levels.setdefault(kinds[cell.place], []).append(cell)
    return levels


def _legible(levels: Mapping[str, list[Cell]]) -> dict[str, list[Cell]]:
    """The upper levels of a large tree: at most three, none of words, and of those at least one.

    Words that lie in one phrase, as of a text without any sentence, are all there is: up to 400 are drawn.
    """
    upper = [(kind, row) for kind, row in levels.items() if kind not in LEAVES][:LEVELS_OF_A_LARGE_TREE]
    if not upper:
        return {kind: row for kind, row in levels.items() if len(row) <= _MOST_IN_A_ROW}
    return {kind: row for place, (kind, row) in enumerate(upper) if place == 0 or len(row) <= _MOST_IN_A_ROW}
