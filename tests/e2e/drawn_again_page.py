"""A Streamlit page whose end is not sent yet when its form is drawn again: `?mended=yes` with the remedy, else without.

The server sends three times a second only, and has just done so, so that every visit is as unlucky as one in a few is.
"""

import time

import streamlit as st
from streamlit.runtime import runtime
from streamlit.runtime.app_session import AppSession

from frontend import delivery

vars(runtime)["MESSAGE_FLUSH_INTERVAL_SECS"] = 0.3
AppSession._clear_queue = delivery._forget
if st.query_params.get("mended"):
    delivery.send_all_drawn()


@st.fragment
def form():
    """What the browser must not lose."""
    st.session_state.setdefault("note", "filled in")
    st.text_area("Note", key="note", persist_state="session")
    st.text_area("Text", key="text", persist_state="session")


st.button("Draw all")
time.sleep(1)
st.text(f"drawn {st.session_state.setdefault('drawn', 0)}")
st.session_state.drawn += 1
time.sleep(0.1)  # now this is sent, and what follows waits
form()
