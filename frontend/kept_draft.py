"""A text that was not run yet outlives a reload: the browser's tab keeps the form, and says so when a session begins.

It is kept in sessionStorage: neither in the address, nor on the server, and no longer than the tab.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import TypeAdapter, ValidationError
from streamlit.components.v2 import component

from frontend.components.choice import keep
from frontend.draft import Draft
from frontend.session import Key

_mount = component("token_credit_draft", js=Path(__file__).with_suffix(".js").read_text("utf-8"))
_DRAFT = TypeAdapter(Draft)


def found_draft() -> Draft | None:
    """What the tab had kept, once a session; None before it answered, and where there was nothing that can be used."""
    found = (st.session_state.get(Key.KEPT_DRAFT) or {}).get("found")
    if found is None or st.session_state.get(Key.KEPT_TAKEN):
        return None
    st.session_state[Key.KEPT_TAKEN] = True
    try:
        return None if found["draft"] is None else _DRAFT.validate_python(found["draft"])
    except ValidationError:
        return None


def keep_draft(draft: Draft | None) -> None:
    """Let the tab keep this in the place of what it has; None forgets it. Waits until the tab was asked."""
    data: dict[str, Any] = {"asks": not st.session_state.get(Key.KEPT_TAKEN)}
    data["draft"] = None if draft is None else {**asdict(draft), "settings": dict(draft.settings)}
    _mount(key=Key.KEPT_DRAFT, data=data, on_found_change=keep)
