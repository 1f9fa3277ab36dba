"""Two Streamlit pages that run into the races of fragments at most visits: `?mended=yes` with the remedy, else without.

`?race=form`: the server sends three times a second only, and has just done so before the form is drawn.
`?race=clock`: a part asks to be drawn fifty times a second, also while the reader is led to the other page.
"""

import time

import streamlit as st
from streamlit.runtime import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from frontend import fragment_races

asked = st.session_state.setdefault("asked", st.query_params.to_dict())
SECONDS_BETWEEN_SENDING = {"form": 0.3, "clock": 0.01}[asked["race"]]
vars(runtime)["MESSAGE_FLUSH_INTERVAL_SECS"] = SECONDS_BETWEEN_SENDING
AppSession._clear_queue, ScriptRunner._run_script = fragment_races._forget, fragment_races._run
if "mended" in asked:
    fragment_races.mend_fragment_races()


@st.fragment
def form():
    """What the browser must not lose."""
    st.session_state.setdefault("note", "filled in")
    st.text_area("Note", key="note", persist_state="session")
    st.text_area("Text", key="text", persist_state="session")


@st.fragment(run_every=0.02)
def clock():
    """Asks for itself, on whatever page."""
    st.text("watched")


def first():
    """A page that takes two seconds before its form."""
    st.button("Draw all")
    if st.button("Leave"):
        st.switch_page(other)
    time.sleep(2)
    st.text(f"drawn {st.session_state.setdefault('drawn', 0)}")
    st.session_state.drawn += 1
    time.sleep(SECONDS_BETWEEN_SENDING / 3)
    form()


def second():
    """A page with nothing but its name."""
    st.text("the other page")


other = st.Page(second, title="Other")
page = st.navigation([st.Page(first, title="First", default=True), other])
page.run()
if asked["race"] == "clock":
    for above in range(5):
        st.text(f"above {above}")
    clock()
