"""One explained response: two maps of one text, the readout, and the rail of the pinned token.

The view is the JSON of `GET /v1/results/{id}/view` for a result of kind `explain` (docs/component.md). Hover, level
and tooltip stay in the browser; only the pinned token comes back.
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

_FIELDS = (
    "sentence",
    "notice",
    "unit",
    "has_group",
    "scale",
    "cues",
    "flat",
    "own",
    "levels",
    "bands",
    "tokens",
    "owners",
    "order",
    "parts",
    "ladder",
    "largest",
    "pinned",
    "cells",
    "estimates",
    "reward_spec",
    "method_spec",
)
_OPTIONAL = ("finest", "notes", "state")
_TOKENS = ("text", "credit", "interval", "value", "margin", "advantage", "where", "label", "mark", "ladder")
_PARTS = ("kind", "quote", "credit", "interval", "value", "margin", "mark", "label")

_mount = component(
    "token_credit_explained",
    css=style("inspector.css"),
    js=script("inspector.js", "credit_view.js"),
)


@dataclass(frozen=True, kw_only=True)
class CreditState:
    """What a reader has chosen.

    Attributes:
        pin: number of the token pinned on this text, or None while it is the one the view came with.
    """

    pin: int | None


def credit_view(view: Mapping[str, Any], *, key: str, checks: Mapping[str, Any] | None = None) -> CreditState:
    """Draw a view of kind `explain` and say which token is pinned.

    A rerun with the same view and checks draws nothing; new values for the same text change fills and numbers only.

    Args:
        view: the view; a KeyError names the field that is missing.
        key: the widget key; one view of one key keeps pin, level and scroll.
        checks: what was measured for a token, `{"token": 3, "rows": [[label, predicted, measured, reward], ...]}`, all
            of them strings; None or another token than the pinned one draws the same rows with "none".
    """
    drawn = _drawn(view)
    size, text = _cut(view)
    drawing = digest(drawn)
    data = {
        "view": drawn,
        "text": text,
        "drawing": drawing,
        "version": f"{drawing}.{digest(checks)}",
        "pin": chosen(st.session_state.get(key), "pin", text=text, size=size),
        "checks": checks,
    }
    result = _mount(key=key, data=data, on_pin_change=keep)
    return CreditState(pin=chosen(result, "pin", text=text, size=size))


def pinned(view: Mapping[str, Any], *, key: str) -> int | None:
    """What `credit_view` of this view and key will say is pinned, asked before it is drawn."""
    size, text = _cut(view)
    return chosen(st.session_state.get(key), "pin", text=text, size=size)


def _cut(view: Mapping[str, Any]) -> tuple[int, str]:
    """Into how many tokens the text is cut, and the name of that."""
    return len(view["tokens"]["text"]), digest([[act, piece] for act, piece, *_ in view["own"]["pieces"]])


def _drawn(view: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are drawn: what the browser does not need is not sent."""
    drawn = {name: view[name] for name in _FIELDS} | {name: view.get(name) for name in _OPTIONAL}
    drawn["tokens"] = {name: view["tokens"][name] for name in _TOKENS}
    drawn["parts"] = {name: view["parts"][name] for name in _PARTS}
    return drawn
