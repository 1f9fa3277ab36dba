"""Presets as columns with the same facts, of which one is chosen; one that is impossible stays, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.choice import chosen, keep
from frontend.components.digest import digest

_FIELDS = ("name", "title", "summary", "facts", "impossible")

_mount = component("token_credit_presets", css=style("presets.css"), js=script("preset_view.js"))


def preset_view(presets: Sequence[Mapping[str, Any]], *, first: int, key: str) -> int:
    """Draw the presets and say which one is chosen, by its place.

    Args:
        presets: name, title, summary, facts (pairs of name and value) and impossible (a reason, or None) of each.
        first: the one that is chosen before a reader chooses.
        key: the widget key.
    """
    drawn = [{name: preset[name] for name in _FIELDS} for preset in presets]
    text = digest([preset["name"] for preset in drawn])
    shown = chosen(st.session_state.get(key), "preset", text=text, size=len(drawn))
    shown = first if shown is None else shown
    version = f"{digest(drawn)}.{shown}"
    result = _mount(
        key=key, data={"presets": drawn, "chosen": shown, "text": text, "version": version}, on_preset_change=keep
    )
    place = chosen(result, "preset", text=text, size=len(drawn))
    return shown if place is None else place
