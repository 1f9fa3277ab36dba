"""The part of a run's axis that a reader has dragged over: kept by the session, and drawn into every new figure.

The browser cannot keep it. Streamlit makes the figure a part of the chart's identity, also where it has a key, and
mounts a chart of another identity anew: so a step that comes takes plotly's own zoom away, whatever `uirevision` says.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.components.span_view import Span, dragged
from frontend.session import Key


def shown_span(run_id: str, axis: str) -> Span | None:
    """What of this axis the reader looks at; None is all."""
    of, span = st.session_state.get(Key.ZOOM, (None, None))
    return span if of == (run_id, axis) else None


def zooming(view: str, run_id: str, axis: str) -> Callable[[], None]:
    """What follows a drag that the view of that key has heard."""

    def zoom() -> None:
        st.session_state[Key.ZOOM] = ((run_id, axis), dragged(st.session_state.get(view)))

    return zoom


def draw_zoom_out() -> None:
    """The way back to the whole run."""
    st.button("Whole run", key=Key.ZOOM_OUT, type="tertiary", on_click=_zoom_out)


def _zoom_out() -> None:
    st.session_state.pop(Key.ZOOM, None)
