"""Two results against each other: left, right, and the difference of every token that both have.

The view is the JSON of `GET /v1/comparisons` (docs/component.md). Nothing a reader does here goes to Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.digest import digest

_FIELDS = ("left", "right", "unit", "scale", "cues", "columns", "means", "labels", "match", "rows", "cells")
_OPTIONAL = ("sentence", "notice", "state", "note")

_mount = component(
    "token_credit_pair",
    css=style("group.css"),
    js=script("three_maps.js", "pair_view.js"),
)


def pair_view(view: Mapping[str, Any], *, key: str) -> None:
    """Draw a view of kind `pair`.

    Args:
        view: the view; a KeyError names the field that is missing.
        key: the widget key.
    """
    drawn = {name: view[name] for name in _FIELDS} | {name: view.get(name) for name in _OPTIONAL}
    _mount(key=key, data={"view": drawn, "version": digest(drawn)})
