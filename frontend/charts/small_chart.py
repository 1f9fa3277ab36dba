"""A small chart of one measure of a run or two: no axis labels, the same line styles as the reward's chart."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from frontend.charts.labels import plain
from frontend.charts.run_lines import RunLine, bare_layout, line_trace, span

HEIGHT = 76


def small_chart(lines: Sequence[RunLine], *, low: float, high: float, floor: float | None = None) -> go.Figure:
    """One line or two.

    Args:
        lines: at least one; the second one is dashed.
        low: where the axis begins: that of the chart above.
        high: where it ends.
        floor: a value that the chart's foot stands for, such as 0 for shares; None fits the values.
    """
    figure = go.Figure()
    both = [*lines, None, None][:2]
    for place, line in enumerate(both):
        told = [] if line is None else [plain(text) for text in line.told]
        figure.add_trace(line_trace(line, told, dashed=place == 1, width=1.3 if place else 1.7))
    values = [value for line in lines for _, value in line.known]
    if floor is not None:
        values = [*values, floor]
    bottom, top = span(values or [0.0], least=1e-9 if values and max(values) > min(values) else 0.5)
    figure.update_layout(
        **bare_layout(height=HEIGHT, margin={"l": 0, "r": 0, "t": 2, "b": 2, "pad": 0}),
        dragmode=False,
        xaxis={
            "range": [low, high],
            "showgrid": False,
            "zeroline": False,
            "showticklabels": False,
            "showline": True,
            "linecolor": "rgba(128,120,104,0.45)",
            "fixedrange": True,
        },
        yaxis={
            "range": [bottom if floor is None else floor, top],
            "visible": False,
            "fixedrange": True,
        },
    )
    return figure
