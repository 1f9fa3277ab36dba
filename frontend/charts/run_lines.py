"""What the charts of a run share: lines of ink and grey, over one axis, without a colour of their own.

Streamlit fills the theme's `chartCategoricalColors` into traces in their order: ink, grey, blue, orange. So the first
two traces of every figure are the run and its partner, in the reader's light or dark mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

CLEAR = "rgba(0,0,0,0)"
GRID = "rgba(128,120,104,0.18)"
"""A hairline on the page, light or dark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run in one chart: parallel lists. A value that is None leaves a gap.

    Attributes:
        name: may be the user's own words; escaped before it is drawn.
        errors: standard errors of the values; empty where there are none.
        told: what stands at the cursor, plain text.
    """

    name: str
    places: Sequence[float]
    values: Sequence[float | None]
    told: Sequence[str]
    errors: Sequence[float] = ()

    @property
    def known(self) -> list[tuple[float, float]]:
        """Places and values, without the gaps."""
        return [(place, value) for place, value in zip(self.places, self.values, strict=True) if value is not None]


def line_trace(line: RunLine | None, told: Sequence[str], *, dashed: bool, width: float) -> go.Scatter:
    """A line; None draws an empty one, which keeps the order of the colours."""
    return go.Scatter(
        x=[] if line is None else list(line.places),
        y=[] if line is None else list(line.values),
        mode="lines+markers" if line is not None and len(line.known) == 1 else "lines",
        line={"width": width, "dash": "4px,2.5px" if dashed else "solid", "shape": "linear"},
        marker={"size": 4},
        hovertext=list(told),
        hoverinfo="text",
        connectgaps=True,
        showlegend=False,
    )


def bare_layout(*, height: int, margin: dict[str, int]) -> dict[str, Any]:
    """No paper, no legend, no tools."""
    return {
        "height": height,
        "margin": margin,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"size": 12},
        "showlegend": False,
        "hovermode": "x",
        "hoverlabel": {"align": "left"},
    }


def span(values: Sequence[float], *, least: float) -> tuple[float, float]:
    """A range that holds the values with a little room, and is never flat."""
    low, high = min(values), max(values)
    room = max((high - low) * 0.08, least)
    return low - room, high + room


def axis_ends(lines: Sequence[RunLine], *, last: float, logarithmic: bool) -> tuple[float, float]:
    """Where the axis that all charts of a page share begins and ends: at zero, and not before `last`."""
    places = [place for line in lines for place in line.places]
    low, high = min(places, default=0.0), max([last, *places])
    low = low if logarithmic else min(low, 0.0)
    room = (high - low) * 0.012 or 0.5
    return low - room, high + room
