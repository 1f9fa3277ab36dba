"""The same prompts over a run as a film strip: frames of text with token credit, a row a run.

The view is a mapping: `unit`, `scale` (ticks, least), `cues`, `columns` (steps) and `rows` (name and frames; a frame
holds step, reward, change, tokens, pieces and labels, or is None). Texts are drawn by textContent alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.choice import keep
from frontend.components.digest import digest

_FIELDS = ("unit", "scale", "cues", "columns", "rows")

_mount = component("token_credit_film", css=style("film.css"), js=script("three_maps.js", "film_view.js"))


@dataclass(frozen=True, kw_only=True)
class OpenedFrame:
    """A frame that a reader wants to look into: its row, and its step."""

    row: int
    step: int


def film_view(view: Mapping[str, Any], *, key: str) -> OpenedFrame | None:
    """Draw the strip; the frame whose button was pressed since the last run, else None.

    Args:
        view: the view; a KeyError names the field that is missing.
        key: the widget key.
    """
    drawn = {name: view[name] for name in _FIELDS}
    opened = _newly_opened(key)
    _mount(key=key, data={"view": drawn, "version": digest(drawn)}, on_opened_change=keep)
    return opened


def _newly_opened(key: str) -> OpenedFrame | None:
    """By row and step, since a live strip may have got a column between the press and now."""
    reported = (st.session_state.get(key) or {}).get("opened")
    seen = f"{key}.seen"
    is_new = reported != st.session_state.get(seen)
    st.session_state[seen] = reported
    match reported:
        case {"row": int(row), "step": int(step)} if is_new:
            return OpenedFrame(row=row, step=step)
    return None
