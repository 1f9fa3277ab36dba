"""Controls that show what the address says, whoever changed it last: the reader, a link, or another control."""

from __future__ import annotations

import streamlit as st


def follow(key: str, value: object, *, of: str) -> None:
    """Before the control is drawn: set it where the address, or what it is `of`, is another than in the last run.

    In between it is the reader's.
    """
    seen = f"{key}.address"
    if st.session_state.get(seen) != (value, of) or key not in st.session_state:
        st.session_state[seen] = (value, of)
        st.session_state[key] = value


def show(key: str, value: object) -> None:
    """Before the control is drawn: set it where it says another.

    What is set is sent, even where it is the same. A drawing under way while the reader chooses would put the control
    back, and the page's clock would send that as another choice.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
