"""What a reader drags over on a chart of the page: draws nothing but the brush, and outlives the chart's redraws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit.components.v2 import component

from frontend.components.assets import script, style

_mount = component("token_credit_span", css=style(), js=script("span_view.js"))

Span = tuple[float, float]
"""Where a part of an axis begins and ends, in its own units."""


def span_view(axis: Span, *, within: str, key: str, on_drag: Callable[[], None]) -> None:
    """Listen to drags.

    Args:
        axis: what of it the chart shows.
        within: key of the container that both stand in.
        key: the widget key.
        on_drag: called when a span was dragged over, or pressed twice for the whole; `dragged` says which.
    """
    low, high = axis
    data = {"low": low, "high": high, "within": within, "version": f"{low} {high}"}
    _mount(key=key, data=data, on_span_change=on_drag)


def dragged(state: Any) -> Span | None:
    """The span that was dragged over last, from the widget's state; None is the whole axis."""
    match (state or {}).get("span"):
        case {"span": [float() | int() as low, float() | int() as high]} if low < high:
            return float(low), float(high)
    return None
