"""What a script reports of a reader's choice, read back: a number, and the text that it was made on."""

from __future__ import annotations

from typing import Any

import streamlit as st


def chosen(state: Any, name: str, *, text: str, size: int) -> int | None:
    """The number chosen on this text, in [0, size); None when nothing was chosen, or on another text.

    A choice is `{name: {"at": 3, "text": digest}}`; one without `text` counts for any.
    """
    match state and state.get(name):
        case {"at": int(number), **rest} if rest.get("text", text) == text and 0 <= number < size:
            return number
    return None


def newly_chosen(key: str, name: str, *, text: str, size: int) -> int | None:
    """The number chosen since the last call for this widget, which the script numbers by `turn`; else None."""
    state = st.session_state.get(key) or {}
    seen = f"{key}.seen"
    is_new = state.get(name) != st.session_state.get(seen)
    st.session_state[seen] = state.get(name)
    return chosen(state, name, text=text, size=size) if is_new else None


def keep() -> None:
    """Streamlit keeps a component's value only under a callback; there is nothing to do when it changes."""
