"""The router: page config, navigation, the state of the service at the right; then the page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from frontend.fragment_races import mend_fragment_races
from frontend.page_frame import draw_service_state, draw_style
from frontend.page_parts.pages import AUDIT
from frontend.permission import may_audit
from frontend.pressing import forget_press
from frontend.signing_in import draw_sign_in, must_sign_in

PAGES = Path(__file__).parent / "app_pages"

mend_fragment_races()
st.set_page_config(page_title="Token credit", layout="wide", initial_sidebar_state="collapsed")
# Before somebody signs in a link to it must find it; for whoever may not read it there is no such page.
audit = st.Page(AUDIT, title="Audit", url_path="audit", visibility="hidden" if must_sign_in() else "visible")
page = st.navigation(
    [
        st.Page(PAGES / "explore.py", title="Explore", url_path="start", default=True),
        # The root is the address of the default page; this one answers to its name.
        st.Page(PAGES / "explore.py", title="Explore", url_path="explore", visibility="hidden"),
        st.Page(PAGES / "compare.py", title="Compare", url_path="compare"),
        st.Page(PAGES / "tree.py", title="Tree", url_path="tree"),
        st.Page(PAGES / "train.py", title="Train", url_path="train"),
        st.Page(PAGES / "runs.py", title="Runs", url_path="runs"),
        st.Page(PAGES / "history.py", title="History", url_path="history"),
        st.Page(PAGES / "health.py", title="Health", url_path="health"),
        *([audit] if may_audit() else []),
    ],
    position="top",
)
draw_style()
if must_sign_in():
    draw_sign_in()
else:
    page.run()
draw_service_state()
forget_press()
