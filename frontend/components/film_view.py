"""The same prompts over a run as a film strip: frames of text with token credit, a row a run.

The view is a mapping: `unit`, `scale` (ticks, least), `cues`, `columns` (steps) and `rows` (name and frames; a frame
holds step, reward, change, tokens, pieces and labels, or is None). Texts are drawn by textContent alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.choice import keep, newly_chosen
from frontend.components.digest import digest

_FIELDS = ("unit", "scale", "cues", "columns", "rows")

_mount = component("token_credit_film", css=style("film.css"), js=script("three_maps.js", "film_view.js"))


@dataclass(frozen=True, kw_only=True)
class OpenedFrame:
    """A frame that a reader wants to look into: its row, and its place among the columns."""

    row: int
    column: int


def film_view(view: Mapping[str, Any], *, key: str) -> OpenedFrame | None:
    """Draw the strip; the frame whose button was pressed since the last run, else None.

    Args:
        view: the view; a KeyError names the field that is missing.
        key: the widget key.
    """
    drawn = {name: view[name] for name in _FIELDS}
    columns = len(drawn["columns"])
    text = digest([drawn["columns"], [row["name"] for row in drawn["rows"]]])
    data = {"view": drawn, "text": text, "version": digest(drawn)}
    opened = newly_chosen(key, "opened", text=text, size=columns * len(drawn["rows"]))
    _mount(key=key, data=data, on_opened_change=keep)
    return None if opened is None else OpenedFrame(row=opened // columns, column=opened % columns)
