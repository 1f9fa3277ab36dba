"""A group of responses under one rule: a table with barcodes, and the open response in three maps of the same text.

The view is the JSON of `GET /v1/results/{id}/view` for a result of kind `compare` (docs/component.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.choice import chosen, keep
from frontend.components.digest import digest

_FIELDS = ("unit", "scale", "cues", "rule", "clip", "selected", "cells")
_OPTIONAL = ("sentence", "notice", "state", "invariant", "note", "without_credit", "notes", "reward_spec")
_ROWS = (
    "reward_text",
    "advantage_text",
    "tokens",
    "sign_flips_text",
    "disagreement",
    "disagreement_text",
    "dot",
    "barcode",
    "standing",
    "maps",
    "means",
    "labels",
)

_mount = component(
    "token_credit_group",
    css=style("group.css"),
    js=script("barcode.js", "three_maps.js", "group_view.js"),
)


@dataclass(frozen=True, kw_only=True)
class GroupState:
    """What a reader has chosen.

    Attributes:
        row: position of the response that is open, from 0 on.
    """

    row: int


def group_view(view: Mapping[str, Any], *, key: str) -> GroupState:
    """Draw a view of kind `compare` and say which response is open.

    Another rule on the same responses keeps the row and moves no letter. A view without `sentence` is drawn without
    one, for pages that put their controls between the two.

    Args:
        view: the view; a KeyError names the field that is missing.
        key: the widget key.
    """
    drawn = {name: view[name] for name in _FIELDS} | {name: view.get(name) for name in _OPTIONAL}
    drawn["rows"] = [{name: row[name] for name in _ROWS} for row in view["rows"]]
    text = digest([row["response"] for row in view["rows"]])
    size = len(drawn["rows"])
    shown = chosen(st.session_state.get(key), "row", text=text, size=size)
    result = _mount(
        key=key, data={"view": drawn, "text": text, "version": digest(drawn), "row": shown}, on_row_change=keep
    )
    row = chosen(result, "row", text=text, size=size)
    return GroupState(row=view["selected"] if row is None else row)
