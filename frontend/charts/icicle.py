"""The whole tree as a Plotly icicle: width is tokens in reading order, colour is the mean credit per token.

Drawn with bars. Plotly's own icicle trace zooms at every click, so that a selection would move everything, and it
cannot turn a label, so that words could not stand upright. The area is never credit, which may be negative.

The figure names no colour of a theme: cells take Plotly's diverging scale, which Streamlit fills with the theme's ten
`chartDivergingColors` in the reader's light or dark mode, and the outline takes its first categorical colour. The
scale runs over the ten steps, and every cell has the value of one step, so that nothing is blended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend.charts.labels import extent, fitted, paragraph, plain
from frontend.charts.tree_rows import Cell, Row, TreeRows, tree_rows

LEAST_WIDTH = 1200
"""Pixels: the width of the page's content. A narrower window scrolls the drawing sideways."""

NO_CREDIT = "rgba(128,120,104,0.13)"
"""A cell under the least step: a shade of the page, light or dark."""

_LEAST_COLUMN = 12.5
_HEIGHTS = {"above": 25, "inner": 41, "leaf": 83}
_SEAM = 1.0
_PUNCTUATION = ".,;:!?…\"'()[]“”"


def icicle(view: Mapping[str, Any], selected: int) -> go.Figure:
    """The tree of an explain view, with the selected part (its place) outlined.

    Every cell carries its part's place as `customdata`. The size is fixed in pixels: at least 1200 wide, and wide
    enough for every word to stand upright.
    """
    parts, response = view["parts"], view["response"]
    drawn = tree_rows(parts, selected)
    width = _width(drawn)
    tops = _tops(drawn.rows)
    figure = go.Figure(_outline(drawn, tops, drawn.nearest(selected, parts["parent"]), width))
    for row, top in zip(drawn.rows, tops, strict=False):
        for bars in _bars(row, top, parts, response, drawn.tokens / width):
            figure.add_trace(bars)
    figure.update_layout(
        annotations=list(_labels(drawn, tops, parts, response, width)),
        width=width,
        height=tops[-1],
        margin={"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 12},
        bargap=0,
        barmode="overlay",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        hoverlabel={"align": "left"},
        uirevision="tree",
        xaxis={"visible": False, "fixedrange": True, "range": [0, drawn.tokens]},
        yaxis={"visible": False, "fixedrange": True, "range": [tops[-1], 0]},
    )
    return figure


def _width(drawn: TreeRows) -> int:
    upright = any(row.leaves for row in drawn.rows)
    return round(max(LEAST_WIDTH, drawn.tokens * _LEAST_COLUMN if upright else 0))


def _height(row: Row) -> int:
    return _HEIGHTS["above" if row.above else "leaf" if row.leaves else "inner"]


def _tops(rows: Sequence[Row]) -> list[int]:
    """Where each row begins, from the top in pixels, and where the last one ends."""
    tops = [0]
    for row in rows:
        tops.append(tops[-1] + _height(row))
    return tops


def _bars(row: Row, top: int, parts: Mapping[str, Sequence[Any]], response: str, token: float) -> Iterator[go.Bar]:
    """The cells with credit, and those without; `token` is the share of a token that one pixel is."""
    coloured = [cell for cell in row.cells if parts["step"][cell.place]]
    for cells, marker in (
        (coloured, _stepped([parts["step"][cell.place] for cell in coloured])),
        ([cell for cell in row.cells if not parts["step"][cell.place]], {"color": NO_CREDIT}),
    ):
        if cells:
            yield go.Bar(
                x=[cell.before + cell.tokens / 2 for cell in cells],
                width=[max(cell.tokens - _SEAM * token, cell.tokens / 2) for cell in cells],
                base=top,
                y=[_height(row) - _SEAM] * len(cells),
                customdata=[cell.place for cell in cells],
                hovertext=[_told(cell.place, parts, response) for cell in cells],
                hoverinfo="text",
                marker={**marker, "line": {"width": 0}},
                selected={"marker": {"opacity": 1}},
                unselected={"marker": {"opacity": 1}},
            )


def _stepped(steps: Sequence[int]) -> dict[str, Any]:
    """Steps -5..-1 and 1..5 as the ten stops of a diverging scale, which lie at -4.5, -3.5 ... 4.5."""
    stops = [step - 0.5 if step > 0 else step + 0.5 for step in steps]
    return {"color": stops, "cmin": -4.5, "cmid": 0, "cmax": 4.5, "autocolorscale": True, "showscale": False}


def _told(place: int, parts: Mapping[str, Sequence[Any]], response: str) -> str:
    """The tooltip: what it is, its sum with the error, and all of its text."""
    margin = parts["margin"][place]
    error = f" {plain(margin)}" if margin else ""
    text = response[parts["start"][place] : parts["end"][place]]
    return f"{plain(parts['title'][place])}, credit {plain(parts['value'][place])}{error}<br>{paragraph(text)}"


def _outline(drawn: TreeRows, tops: Sequence[int], place: int | None, width: int) -> go.Scatter:
    """The frame of the selected cell. It must be the first trace: that one takes the first categorical colour."""
    corners: list[tuple[float, float]] = []
    half = drawn.tokens / width
    for row, top in zip(drawn.rows, tops, strict=False):
        for cell in row.cells:
            if cell.place == place:
                left, right = cell.before + half, cell.before + cell.tokens - 2 * half
                upper, lower = top + 1, top + _height(row) - 2
                corners = [(left, upper), (right, upper), (right, lower), (left, lower), (left, upper)]
    return go.Scatter(
        x=[x for x, _ in corners],
        y=[y for _, y in corners],
        mode="lines",
        line={"width": 2, "shape": "linear"},
        hoverinfo="skip",
    )


def _labels(
    drawn: TreeRows, tops: Sequence[int], parts: Mapping[str, Sequence[Any]], response: str, width: int
) -> Iterator[dict[str, Any]]:
    """What of each text fits its cell. Annotations, since those keep the one ink on every colour."""
    for row, top in zip(drawn.rows, tops, strict=False):
        for cell in row.cells:
            pixels = cell.tokens * width / drawn.tokens
            text, angle = _label(row, cell, parts, response, pixels)
            if text:
                yield _annotation(text, angle, row, cell, top, drawn.tokens / width)


def _label(row: Row, cell: Cell, parts: Mapping[str, Sequence[Any]], response: str, pixels: float) -> tuple[str, int]:
    text = " ".join(response[parts["start"][cell.place] : parts["end"][cell.place]].split())
    if not row.leaves:
        return fitted(f"{_lead(row, cell, parts)}{text}", pixels - 12), 0
    text = text.strip(_PUNCTUATION) or text
    if extent(text) <= pixels - 8:
        return text, 0
    return (fitted(text, _height(row) - 10.0), -90) if pixels >= _LEAST_COLUMN else ("", 0)


def _lead(row: Row, cell: Cell, parts: Mapping[str, Sequence[Any]]) -> str:
    """Before a sentence its number and sum; before the text of a node above, what it is."""
    if row.above:
        return f"{parts['title'][cell.place]}\u2002"
    return f"{parts['number'][cell.place]}\u2002{parts['value'][cell.place]}\u2002" if row.kind == "sentence" else ""


def _annotation(text: str, angle: int, row: Row, cell: Cell, top: int, token: float) -> dict[str, Any]:
    place = {"text": plain(text), "showarrow": False, "xref": "x", "yref": "y", "textangle": angle}
    if angle:
        return place | {
            "x": cell.before + cell.tokens / 2,
            "y": top + _height(row) - 5,
            "xanchor": "center",
            "yanchor": "bottom",
        }
    middle = top + (_height(row) - _SEAM) / 2
    if row.leaves:
        return place | {"x": cell.before + cell.tokens / 2, "y": middle, "xanchor": "center", "yanchor": "middle"}
    return place | {"x": cell.before + 5 * token, "y": middle, "xanchor": "left", "yanchor": "middle"}
