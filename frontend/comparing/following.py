"""A control that shows what the address says: it follows the address when that changes, and the reader in between."""

from __future__ import annotations

import streamlit as st


def follow(key: str, value: object, *, of: str) -> None:
    """Before the control is drawn: set it where the address, or what it is `of`, is another than in the last run."""
    seen = f"{key}.address"
    if st.session_state.get(seen) != (value, of) or key not in st.session_state:
        st.session_state[seen] = (value, of)
        st.session_state[key] = value
