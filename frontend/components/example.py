"""The smallest page: `streamlit run frontend/components/example.py view.json`. See docs/component.md."""

import json
import sys
from pathlib import Path

import streamlit as st

from frontend.components import credit_view

st.set_page_config(page_title="Token credit", layout="wide")
view = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
st.text(view["prompt"])
state = credit_view(view, key="credit")
if state.pin is not None:
    st.text(f"Token {state.pin + 1} is pinned: {view['tokens']['label'][state.pin]}")
