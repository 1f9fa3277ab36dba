"""Tree: the bands under the text, the waterfall of one part, and the whole tree as an icicle, with one selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from frontend.banner import banner, error_banner
from frontend.bundled_cases import bundled_case
from frontend.charts.icicle import icicle
from frontend.charts.tree_rows import MOST_LEAVES, TreeRows, tree_rows
from frontend.client.bodies import UNFINISHED, View
from frontend.client.errors import ServiceError
from frontend.comparing.address import index_of, rule_of
from frontend.comparing.following import follow, show
from frontend.comparing.group_request import rule_words
from frontend.components import readout_view, tree_view
from frontend.page_parts.pages import COMPARE, EXPLORE, HISTORY
from frontend.page_parts.sentence import draw_quiet, draw_title
from frontend.page_parts.shown_tree import Member, ShownTree, kept_tree, shown_tree
from frontend.page_parts.style import draw_parts_style
from frontend.session import Key, Param, param_id

CASES: Mapping[str, str] = {"error": "One critical error", "phrase": "One brilliant phrase"}
SECONDS_BETWEEN_LOOKS = 2.0
# Two quick clicks are two clicks: Plotly would take the second for half of a double click, wherever it lands.
_CHART = {"displayModeBar": False, "typesetMath": False, "doubleClick": False, "doubleClickDelay": 1}


def draw_page() -> None:
    """A stored result where the address names one; else a bundled case, which needs no service."""
    result = param_id(Param.RESULT)
    if result is None:
        _draw_case()
        return
    kept = kept_tree(result, rule_of(Param.RULE), index_of(Param.INDEX))
    running = kept is not None and kept.running
    st.fragment(_draw_result, run_every=SECONDS_BETWEEN_LOOKS if running else None)(result, running)


def _draw_case() -> None:
    asked = st.query_params.get("case")
    case = asked if asked in CASES else "error"
    follow(Key.TREE_CASE, case, of="cases")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "Case",
            list(CASES),
            format_func=CASES.__getitem__,
            key=Key.TREE_CASE,
            required=True,
            label_visibility="collapsed",
            on_change=_case_chosen,
        )
        st.page_link(HISTORY, label="Open a stored result")
    view = bundled_case(case).view
    draw_quiet(view["prompt"], "prompt-line")
    draw_tree(view, f"case_{case}")


def _case_chosen() -> None:
    st.query_params.from_dict({"case": st.session_state[Key.TREE_CASE]})


def _draw_result(result: str, drawn_as_running: bool) -> None:
    waiting = st.empty()
    waiting.html('<div class="waiting"><i></i><i></i><i></i></div>')
    try:
        shown = shown_tree(result, rule_of(Param.RULE), index_of(Param.INDEX))
    except ServiceError as error:
        waiting.empty()
        with error_banner(error, key="tree", kept="The bundled cases work without it.", result=result):
            st.button("Show a bundled case", on_click=st.query_params.clear)
            st.page_link(HISTORY, label="Open another result")
        return
    waiting.empty()
    _draw_state(shown, result)
    _draw_head(shown, result)
    member = shown.member
    draw_tree(shown.view, result if member is None else f"{result}_{member.index}")
    if shown.running != drawn_as_running:
        st.rerun()


def _draw_state(shown: ShownTree, result: str) -> None:
    page = EXPLORE if shown.member is None else COMPARE
    if shown.running:
        text = "What is drawn is the running estimate; hatched where it can still change sign."
        with banner("Working", text, key="tree", note=f"result {result[:8]}"):
            st.page_link(page, label="Progress", query_params={Param.RESULT: result})
    elif shown.view["state"] != "succeeded":
        text = "It was stopped early: sums still hold, intervals are wider."
        with banner("Partial result", text, key="tree", note=f"result {result[:8]}"):
            st.page_link(page, label="Finish it", query_params={Param.RESULT: result})


def _draw_head(shown: ShownTree, result: str) -> None:
    """The prompt, the way to the same result elsewhere, and of a group which response."""
    member = shown.member
    with st.container(horizontal=True, vertical_alignment="top", key="tree_head"):
        draw_quiet(shown.view["prompt"], "prompt-line")
        if member is None:
            st.page_link(EXPLORE, label="Open in Explore", query_params={Param.RESULT: result})
        else:
            group: dict[str, str] = {Param.RESULT: result, Param.RULE: member.rule}
            st.page_link(COMPARE, label="Open the group", query_params=group)
    if member is not None:
        _draw_member(member, result)


def _draw_member(member: Member, result: str) -> None:
    follow(Key.TREE_RULE, member.rule, of=result)
    follow(Key.TREE_INDEX, member.index, of=result)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Rule",
            member.rules,
            format_func=rule_words,
            key=Key.TREE_RULE,
            required=True,
            on_change=_member_chosen,
            args=(result,),
        )
        st.selectbox(
            "Response",
            range(member.size),
            format_func=lambda index: str(index + 1),
            key=Key.TREE_INDEX,
            on_change=_member_chosen,
            args=(result,),
            width=90,
        )


def _member_chosen(result: str) -> None:
    state = st.session_state
    chosen = {Param.RULE: state[Key.TREE_RULE], Param.INDEX: str(state[Key.TREE_INDEX])}
    st.query_params.from_dict({Param.RESULT: result, **chosen})


def draw_tree(view: View, name: str) -> None:
    """The three drawings of one tree; `name` tells this text from others."""
    asked = _selected(view)
    selected = tree_view({**view, "tree_cells": None}, selected=asked, key=f"{Key.TREE_VIEW}_{name}").selected
    if selected != asked:
        st.query_params[Param.NODE] = str(selected)
    _draw_icicle(view, selected, f"{Key.ICICLE}_{name}")
    readout_view(view["tree_cells"], key=f"{Key.TREE_CELLS}_{name}")


def _selected(view: View) -> int:
    """The part that the address names, if the tree has it; else the one that says most."""
    asked = st.query_params.get(Param.NODE, "")
    in_range = asked.isascii() and asked.isdigit() and len(asked) < 7 and int(asked) < len(view["parts"]["kind"])
    return int(asked) if in_range else view["selected"]


def _draw_icicle(view: View, selected: int, key: str) -> None:
    rows = tree_rows(view["parts"], selected)
    draw_title("Whole tree", "width is tokens, in reading order; colour is credit per token; click to select")
    if rows.deeper:
        deeper = " and ".join(rows.deeper)
        draw_quiet(f"More than {MOST_LEAVES} words: select a smaller part to see its {deeper}s.", "small")
    _draw_choice(view, rows, selected, key)
    figure = icicle(view, selected)
    with st.container(key="icicle_scroll"):
        # A narrow window scrolls the drawing: Streamlit would squeeze it, and its labels are cut for this width.
        layout: Any = figure.layout
        width = int(layout.width)
        st.html(f"<style>.st-key-icicle_scroll > * {{ min-width: {width}px; }}</style>")
        st.plotly_chart(
            figure,
            width="content",
            key=key,
            on_select=lambda: _picked(key, len(view["parts"]["kind"])),
            selection_mode="points",
            config=_CHART,
        )


def _draw_choice(view: View, rows: TreeRows, selected: int, key: str) -> None:
    """The cells of the drawing as a list: for the keyboard, which reaches no bar of it."""
    parts = view["parts"]
    choice = f"{Key.TREE_PART}_{key}"
    places = [cell.place for row in rows.rows for cell in row.cells]
    show(choice, rows.nearest(selected, parts["parent"]))

    def named(place: int) -> str:
        """A choice is found by its words, and the values of a running estimate change."""
        title = parts["title"][place]
        return title if view["state"] in UNFINISHED else f"{title}, {parts['value'][place]}"

    st.selectbox(
        "Select a part by its words",
        places,
        format_func=lambda place: f"{named(place)}: {parts['quote'][place]}",
        key=choice,
        on_change=lambda: _select(st.session_state[choice]),
        width=520,
    )


def _select(place: int) -> None:
    st.query_params[Param.NODE] = str(place)


def _picked(key: str, size: int) -> None:
    """A click on a cell. Plotly takes a second click on the same cell for the end of the selection: it stays."""
    state: Any = st.session_state[key]
    points = state["selection"]["points"]
    place = points[0].get("customdata") if points else st.session_state.get(Key.ICICLE_LAST)
    if isinstance(place, int) and 0 <= place < size:
        st.session_state[Key.ICICLE_LAST] = place
        _select(place)


draw_parts_style()
draw_page()
