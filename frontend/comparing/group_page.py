"""A stored group: its sentence, rule and clip in view, the table with barcodes, and the open response in three maps."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.banner import banner, error_banner
from frontend.client.bodies import Run, View
from frontend.client.errors import Problem, ServiceError
from frontend.comparing.address import Pair, open_group, open_pair, open_start
from frontend.comparing.following import follow
from frontend.comparing.further_rule import draw_further
from frontend.comparing.group_request import CLIPS, FLAT, RULES, clip_words, rule_words
from frontend.comparing.group_table import draw_table
from frontend.comparing.one_step import draw_one_step
from frontend.comparing.shown_group import ShownGroup, shown_group
from frontend.comparing.starting import draw_start_button
from frontend.comparing.working import draw_working
from frontend.components import group_view, sentence_view
from frontend.page_parts.pages import EXPLORE, HISTORY, TREE
from frontend.page_parts.sentence import draw_quiet
from frontend.session import Key, Param

_EARLY = {"cancelled": "It was stopped early.", "interrupted": "The service ended before it was done."}


def draw_group(run_id: str) -> None:
    """The group of this id, in whatever state it is."""
    waiting = st.empty()
    waiting.html('<div class="waiting"><i></i><i></i><i></i></div>')
    try:
        shown = shown_group(run_id)
        if shown.run.kind == "group" and shown.run.has_result:
            _draw_compared(shown, waiting)
            return
    except ServiceError as error:
        waiting.empty()
        _draw_missing(error, run_id)
        return
    waiting.empty()
    if shown.run.kind != "group":
        _draw_single(shown.run)
    elif shown.run.over:
        _draw_without_result(shown.run)
    else:
        draw_working(shown.run)


def _draw_compared(shown: ShownGroup, waiting: DeltaGenerator) -> None:
    """Raises: ServiceError: the view cannot be had."""
    run = shown.run
    asked = st.query_params.get(Param.RULE)
    rule = asked if asked in (FLAT, *RULES) else run.request["rules"][0]
    view = _view(shown, rule)
    waiting.empty()
    _draw_head(run)
    sentence_view(view["sentence"], key=f"{Key.GROUP_SENTENCE}_{run.id}")
    clip = _draw_controls(run, rule, view)
    if run.partial:
        text = f"{_EARLY.get(run.state, 'It was stopped early.')} Sums still hold, and intervals are wider."
        with banner("Partial result", text, key="partial", note=f"result {run.id[:8]}"):
            draw_start_button("Finish it", run.request, rule, after=run.id)
    elif rule not in view["rules"] or clip != clip_words(run.request["clip"]):
        draw_further(run, rule, clip, drawn=view["rule"])
    shown_row = group_view({**view, "sentence": []}, key=f"{Key.GROUP_VIEW}_{run.id}").row
    draw_one_step(run, rule, shown_row)
    draw_table(view["rows"])


def _view(shown: ShownGroup, rule: str) -> View:
    """Under this rule, or under the first one while this one was not computed. Raises: ServiceError."""
    first, *_ = stored = shown.run.request["rules"]
    try:
        return shown.view(rule if rule in stored else first)
    except Problem as problem:
        if problem.status != 422 or rule == first:
            raise
        return shown.view(first)  # a group that was stopped has only the rules that were complete


def _draw_head(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="top", key="compare_head"):
        draw_quiet(run.request["prompt"], "prompt-line")
        st.button("Open another group", on_click=open_start)


def _draw_controls(run: Run, rule: str, view: View) -> str:
    """Left and right rule, and the clip; gives the name of the clip that is chosen."""
    clip = clip_words(run.request["clip"])
    rights = [*RULES, FLAT] if rule == FLAT else list(RULES)
    follow(Key.LEFT_RULE, FLAT, of=run.id)
    follow(Key.RULE, rule, of=run.id)
    follow(Key.CLIP, clip, of=run.id)
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_controls"):
        st.selectbox(
            "Left",
            [FLAT, *(name for name in view["rules"] if name != FLAT)],
            format_func=rule_words,
            key=Key.LEFT_RULE,
            on_change=_left_chosen,
            args=(run.id, rule, view["selected"]),
            width=170,
        )
        st.segmented_control(
            "Right",
            rights,
            format_func=rule_words,
            key=Key.RULE,
            required=True,
            on_change=_right_chosen,
            args=(run.id,),
        )
        clips = list(dict.fromkeys([*CLIPS, clip]))
        return st.segmented_control("Clip, mass given back", clips, key=Key.CLIP, required=True) or clip


def _left_chosen(run_id: str, rule: str, index: int) -> None:
    left = st.session_state[Key.LEFT_RULE]
    both = Pair(left=run_id, right=run_id, left_rule=left, right_rule=rule, left_index=index, right_index=index)
    open_pair(both)


def _right_chosen(run_id: str) -> None:
    open_group(run_id, st.session_state[Key.RULE])


def _draw_single(run: Run) -> None:
    draw_quiet("This result is one response, not a group. Compare it with another result, or open it by itself.")
    with st.container(horizontal=True):
        st.button("Compare it with another", type="primary", on_click=open_pair, args=(Pair(left=run.id),))
        st.page_link(EXPLORE, label="Open in Explore", query_params={Param.RESULT: run.id})
        st.page_link(TREE, label="Show its tree", query_params={Param.RESULT: run.id})


def _draw_without_result(run: Run) -> None:
    _draw_head(run)
    if run.problem is not None:
        with error_banner(run.problem, key="failed", kept="The request is kept.", result=run.id):
            _draw_again(run)
        return
    text = f"{_EARLY.get(run.state, 'It ended without a result.')} The request is kept."
    with banner("No result", text, key="failed", note=f"result {run.id[:8]}"):
        _draw_again(run)


def _draw_again(run: Run) -> None:
    draw_start_button("Try again", run.request, after=run.id)
    st.page_link(EXPLORE, label="Change it", query_params={"case": "text", "from": run.id})


def _draw_missing(error: ServiceError, run_id: str) -> None:
    with error_banner(error, key="compare", kept="Nothing else is affected.", result=run_id):
        st.button("Open another group", on_click=open_start)
        st.page_link(HISTORY, label="Open the history")
