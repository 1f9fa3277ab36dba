"""Runs: every training run, or the one of the address with its partner, live."""

from __future__ import annotations

import streamlit as st

from frontend.page_parts.style import draw_parts_style
from frontend.session import Key, Param, param_id
from frontend.watching.run_list import draw_list
from frontend.watching.run_page import draw_run

draw_parts_style()
run_id = param_id(Param.RUN)
if run_id is None:
    st.session_state.pop(Key.JOB_REFUSED, None)
    draw_list()
else:
    draw_run(run_id)
