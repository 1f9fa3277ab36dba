"""The reward of one run or two, first and large; below it, over the same axis, the difference as bars.

OSPO is a solid line of ink and GRPO a grey dashed one, each with a ribbon of one standard error and its name at its
end. Bars are blue where the solid one leads and orange where it trails.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from frontend.charts.labels import extent, fitted, plain
from frontend.charts.run_lines import GRID, RunLine, axis_ends, bare_layout, line_trace, span

HEIGHT = 430
_LABEL_ROOM = 118
_RIBBON = "rgba(128,124,116,0.17)"
_LINE_HEIGHT = 17
"""Pixels between two labels that would lie on each other."""
_CURVES, _BARS = (0.27, 1.0), (0.0, 0.17)
"""Shares of the height."""
_LEAST_RANGE = 0.01
_TICKS = 9
Span = tuple[float, float]
"""Where something begins and ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """By how much the first line is above the second: parallel lists."""

    places: Sequence[float]
    values: Sequence[float]


def reward_chart(
    lines: Sequence[RunLine],
    differences: Differences | None,
    *,
    unit: str,
    logarithmic: bool = False,
    last: float = 0.0,
    whole: bool = False,
    part: Span | None = None,
) -> go.Figure:
    """The figure for one line or two.

    Args:
        lines: at least one; a second one is dashed.
        differences: None leaves the bars out.
        unit: what stands under the axis.
        logarithmic: places are base-10 logarithms; ticks say the values.
        last: where the axis ends at least, so that a run that has just begun does not fill it.
        whole: places are whole numbers, and so are ticks.
        part: where the axis begins and ends, of which a reader wants to see no more; None is all.
    """
    main, other = lines[0], lines[1] if len(lines) > 1 else None
    figure = go.Figure()
    figure.add_trace(line_trace(main, _told(main), dashed=False, width=2.2))
    figure.add_trace(line_trace(other, _told(other), dashed=True, width=1.6))
    for trace in _bars(differences):
        figure.add_trace(trace)
    for line in lines:
        figure.add_trace(_ribbon(line))
    across = part or axis_ends(lines, last=last, logarithmic=logarithmic)
    low, high = _height_of(lines)
    curves = _CURVES if differences is not None else (0.04, 1.0)
    figure.update_layout(
        **bare_layout(height=HEIGHT, margin={"l": 44, "r": _room(lines), "t": 8, "b": 40, "pad": 0}),
        barmode="overlay",
        bargap=0.12,
        hoversubplots="axis",
        dragmode=False,
        annotations=list(_labels(lines, across, (low, high), curves)),
        xaxis=_across(across, unit, below=differences is not None)
        | _ticks(across, logarithmic=logarithmic, whole=whole),
        yaxis=_upright(curves, [low, high]) | {"nticks": 6},
    )
    if differences is not None:
        figure.update_layout(yaxis2=_upright(_BARS, None) | {"anchor": "x", "nticks": 3, "zeroline": True})
    return figure


def _told(line: RunLine | None) -> list[str]:
    return [] if line is None else [f"{plain(line.name)}  {plain(text)}" for text in line.told]


def _bars(differences: Differences | None) -> list[go.Bar]:
    """The third and fourth colour of the theme: what leads, and what trails."""
    if differences is None:
        return []
    return [
        go.Bar(
            x=list(differences.places),
            y=[value if keeps(value) else None for value in differences.values],
            yaxis="y2",
            marker={"line": {"width": 0}},
            hovertext=[f"difference {value:+.3f}".replace("-", "−") for value in differences.values],
            hoverinfo="text",
        )
        for keeps in (lambda value: value >= 0, lambda value: value < 0)
    ]


def _ribbon(line: RunLine) -> go.Scatter:
    """One standard error to both sides, under the lines."""
    known = _with_errors(line)
    upper = [(place, value + error) for place, value, error in known]
    lower = [(place, value - error) for place, value, error in reversed(known)]
    around = [*upper, *lower]
    return go.Scatter(
        x=[place for place, _ in around],
        y=[value for _, value in around],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=_RIBBON,
        hoverinfo="skip",
        zorder=-1,
    )


def _with_errors(line: RunLine) -> list[tuple[float, float, float]]:
    """Place, value and error, without the gaps."""
    errors = line.errors or [0.0] * len(line.places)
    whole = zip(line.places, line.values, errors, strict=True)
    return [(place, value, error) for place, value, error in whole if value is not None]


def _height_of(lines: Sequence[RunLine]) -> Span:
    """From the foot of the lowest ribbon to the head of the highest."""
    ends = [end for line in lines for _, value, error in _with_errors(line) for end in (value - error, value + error)]
    return span(ends or [0.0, 1.0], least=_LEAST_RANGE)


def _labels(lines: Sequence[RunLine], across: Span, height: Span, curves: Span) -> list[dict[str, Any]]:
    """Names with the last values in view where the lines end or leave it, parted where they would lie on each other."""
    seen = [(line, _in_view(line, across)) for line in lines]
    ends = [(line, min(line.known[-1][0], across[1]), points[-1][1]) for line, points in seen if points]
    pixels = (HEIGHT - 52) * (curves[1] - curves[0]) / (height[1] - height[0])
    shifts = [0.0] * len(ends)
    if len(ends) == 2 and ends[0][1] == ends[1][1]:
        apart = (ends[0][2] - ends[1][2]) * pixels
        push = max(0.0, _LINE_HEIGHT - abs(apart)) / 2
        shifts = [push, -push] if apart >= 0 else [-push, push]
    return [
        {
            "text": _name(line, value, bold=place == 0),
            "x": x,
            "y": value,
            "xshift": 8,
            "yshift": shift,
            "xanchor": "left",
            "yanchor": "middle",
            "showarrow": False,
        }
        for place, ((line, x, value), shift) in enumerate(zip(ends, shifts, strict=True))
    ]


def _in_view(line: RunLine, across: Span) -> list[tuple[float, float]]:
    return [(place, value) for place, value in line.known if across[0] <= place <= across[1]]


def _name(line: RunLine, value: float, *, bold: bool) -> str:
    text = f"{plain(fitted(line.name, _LABEL_ROOM - 48))} {value:.2f}".replace("-", "−")
    return f"<b>{text}</b>" if bold else text


def _room(lines: Sequence[RunLine]) -> int:
    """At the right, for the labels."""
    return min(_LABEL_ROOM, round(max(extent(line.name) for line in lines)) + 62)


def _across(across: Span, unit: str, *, below: bool) -> dict[str, Any]:
    return {
        "anchor": "y2" if below else "y",
        "title": {"text": plain(unit), "standoff": 8, "font": {"size": 12}},
        "range": list(across),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "showspikes": True,
        "spikemode": "across",
        "spikesnap": "data",
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": "rgba(128,124,116,0.55)",
    }


def _ticks(across: Span, *, logarithmic: bool, whole: bool) -> dict[str, Any]:
    """About nine; between whole numbers there are none."""
    if logarithmic:
        return _decades(*across)
    return {"dtick": 1} if whole and across[1] - across[0] < _TICKS else {"nticks": _TICKS}


def _decades(low: float, high: float) -> dict[str, Any]:
    """Ticks at 10, 100, 1,000, with halves where there are few."""
    ticks = [(exponent, factor) for exponent in range(math.floor(low), math.ceil(high) + 1) for factor in (1, 3)]
    values = [factor * 10**exponent for exponent, factor in ticks]
    return {
        "tickmode": "array",
        "tickvals": [math.log10(value) for value in values],
        "ticktext": [f"{value:,}" for value in values],
    }


def _upright(domain: Span, extent_of: Sequence[float] | None) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "domain": list(domain),
        "gridcolor": GRID,
        "zerolinecolor": "rgba(128,120,104,0.55)",
        "zeroline": False,
        "fixedrange": True,
        "ticklabelstandoff": 6,
    }
    return axis if extent_of is None else axis | {"range": list(extent_of)}
