"""Drawing again at once what has changed."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException


def draw_panel_again() -> None:
    """The fragment alone where Streamlit runs it alone, else the page: it refuses the first in a run of the page."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()
