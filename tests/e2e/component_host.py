"""A Streamlit page that mounts one component on views from a folder, and says what came back.

`?kind=credit&views=one,two`: the button Next goes on to the following view, Rerun runs the same again.
"""

import json
import os
from pathlib import Path
from typing import Any

import streamlit as st

from frontend import components

STYLE = """<style>
[data-testid=stMainBlockContainer]{max-width:1280px;padding:68px 40px 72px}
@media(max-width:860px){[data-testid=stMainBlockContainer]{padding:68px 16px 72px}}
</style>"""
st.set_page_config(layout="wide")
st.html(STYLE)
memory = st.session_state
left, middle, right = st.columns(3)
left.button("Rerun")
if middle.button("Next"):
    memory.place = memory.get("place", 0) + 1
names = st.query_params["views"].split(",")
name = names[memory.get("place", 0) % len(names)]
view: dict[str, Any] = json.loads(Path(os.environ["VIEWS"], f"{name}.json").read_text(encoding="utf-8"))
match st.query_params["kind"]:
    case "credit":
        checks = {"token": memory.get("pin"), "rows": [["replace by “240”", "none", "+0.81", "+0.35"]]}
        state = components.credit_view(view, key="view", checks=checks)
        if state.pin != memory.get("pin"):
            memory.pin = state.pin
            st.rerun()
        said = f"pin {state.pin}"
    case "group":
        said = f"row {components.group_view(view, key='view').row}"
    case "tree":
        if right.button("Select the response"):
            memory.node = 0
        memory.node = components.tree_view(view, selected=memory.get("node", view["selected"]), key="view").selected
        said = f"node {memory.node}"
    case _:
        components.pair_view(view, key="view")
        said = "nothing"
memory.runs = memory.get("runs", 0) + 1
st.text(f"run {memory.runs}, {said}")
