"""The part of a run's axis that a reader has dragged over: kept by the session, and drawn into every new figure.

The browser cannot keep it. Streamlit makes the figure a part of the chart's identity, also where it has a key, and
mounts a chart of another identity anew: so a step that comes takes plotly's own zoom away, whatever `uirevision` says.
What is dragged over is therefore sent here, as a box selection, and comes back as the range of the axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from frontend.session import Key

Span = tuple[float, float]
"""Where a part begins and ends, in the units of the axis."""


def shown_span(run_id: str, axis: str) -> Span | None:
    """What of this axis the reader looks at; None is all."""
    of, span = st.session_state.get(Key.ZOOM, (None, None))
    return span if of == (run_id, axis) else None


def zooming(chart: str, run_id: str, axis: str) -> Callable[[], None]:
    """What follows when something was dragged over on the chart of that key."""

    def zoom() -> None:
        span = _dragged_over(st.session_state[chart])
        if span is not None:
            st.session_state[Key.ZOOM] = ((run_id, axis), span)

    return zoom


def draw_zoom_out() -> None:
    """The way back to the whole run."""
    st.button("Whole run", key=Key.ZOOM_OUT, type="tertiary", on_click=_zoom_out)


def _zoom_out() -> None:
    st.session_state.pop(Key.ZOOM, None)


def _dragged_over(event: Any) -> Span | None:
    """The last box that has a width."""
    boxes = event["selection"]["box"]
    ends = sorted(float(end) for end in boxes[-1]["x"]) if boxes else []
    return (ends[0], ends[-1]) if ends and ends[0] < ends[-1] else None
