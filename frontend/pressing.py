"""Buttons whose press is not lost: Streamlit forgets one when the drawing that was to read it is cut short by another.

A drawing is cut short where a field, a component or a clock asks for the next one before it is done.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from frontend.session import Key


def pressed(label: str, *, key: str, disabled: bool = False, **look: Any) -> bool:
    """A button; whether it was pressed, which is told once, by the first drawing that gets as far as the button.

    Args:
        label: what it says.
        key: of the widget. Where it acts on a run, with its id: the next drawing may be of another run.
        disabled: True where it cannot be pressed; a press from before it was is let go.
        look: what else st.button takes, but for `on_click`.
    """
    st.button(label, key=key, disabled=disabled, on_click=_remember, args=(key,), **look)
    if st.session_state.get(Key.PRESSED) != key:
        return False
    del st.session_state[Key.PRESSED]
    return not disabled


def forget_press() -> None:
    """At the end of a whole page: what was pressed is not on it any more, and must not act when it comes back."""
    st.session_state.pop(Key.PRESSED, None)


def _remember(key: str) -> None:
    st.session_state[Key.PRESSED] = key
