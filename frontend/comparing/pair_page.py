"""Two stored results against each other: two rules, two rewards or two texts, with the difference of every token."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import streamlit as st

from frontend.banner import error_banner
from frontend.client.bodies import Run, RunSummary, View
from frontend.client.errors import Problem, ServiceError
from frontend.comparing.address import Pair, open_group, open_pair, open_start
from frontend.comparing.following import follow
from frontend.comparing.group_request import rule_words
from frontend.comparing.picker import Choices, draw_picker, stored_results
from frontend.components import pair_view, sentence_view
from frontend.connection import service
from frontend.page_parts.pages import HISTORY
from frontend.page_parts.sentence import draw_quiet, draw_sentence
from frontend.session import Key


def draw_pair(pair: Pair) -> None:
    """The two, or a choice of the one that is missing."""
    try:
        choices = stored_results(pair.left, pair.right)
    except ServiceError as error:
        _draw_kept(pair, error)
        return
    view, refused = _compared(pair)
    _draw_head(view)
    if view is not None:
        sentence_view(view["sentence"], key=Key.PAIR_SENTENCE)
    else:
        draw_sentence([("text", "Choose two results to see what differs between them, token by token.")])
    _draw_choice(pair, choices)
    if refused is not None:
        kept = "Both results are as they were. Choose another one, or another rule."
        with error_banner(refused, key="pair", kept=kept):
            st.page_link(HISTORY, label="Open the history")
    if view is not None:
        pair_view({**view, "sentence": []}, key=Key.PAIR_VIEW)


def _compared(pair: Pair) -> tuple[View | None, ServiceError | None]:
    """The view of the two, or why there is none."""
    if pair.left is None or pair.right is None:
        return None, None
    try:
        view = service().comparison(
            pair.left,
            pair.right,
            left_rule=pair.left_rule,
            right_rule=pair.right_rule,
            left_index=pair.left_index,
            right_index=pair.right_index,
        )
    except ServiceError as error:
        return None, error
    st.session_state[Key.PAIR_SHOWN] = (pair, view)
    return view, None


def _draw_kept(pair: Pair, error: ServiceError) -> None:
    """While the service lists nothing: what is on screen stays. That it is away says the banner of the page already."""
    kept = cast("tuple[Pair, View] | None", st.session_state.get(Key.PAIR_SHOWN))
    view = kept[1] if kept is not None and kept[0] == pair else None
    if view is None or isinstance(error, Problem):
        with error_banner(error, key="pair", kept="Stored results are listed as soon as the service gives them."):
            pass
    if view is not None:
        sentence_view(view["sentence"], key=Key.PAIR_SENTENCE)
        pair_view({**view, "sentence": []}, key=Key.PAIR_VIEW)


def _draw_head(view: View | None) -> None:
    with st.container(horizontal=True, vertical_alignment="top", key="compare_head"):
        draw_quiet(_prompts(view), "prompt-line")
        st.button("Compare something else", on_click=open_start)


def _prompts(view: View | None) -> str:
    """The one that both answer, or both."""
    prompts = [] if view is None else dict.fromkeys([view["left"]["prompt"], view["right"]["prompt"]])
    return " · ".join(prompts)


def _draw_choice(pair: Pair, choices: Choices) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _draw_side("left", pair, choices)
    with right:
        _draw_side("right", pair, choices)


def _draw_side(side: str, pair: Pair, choices: Choices) -> None:
    """A result, and where it is a group its rule and which of its responses."""
    chosen = pair.left if side == "left" else pair.right
    key = f"{Key.PICKED}_{side}"
    follow(key, chosen if chosen in choices else None, of="pair")
    draw_picker(side.title(), choices, key=key, on_pick=lambda: _pick(side, pair, st.session_state[key]))
    run = choices.get(chosen or "")
    if run is not None and run.kind == "group":
        _draw_group_side(side, pair, run)


def _draw_group_side(side: str, pair: Pair, run: RunSummary) -> None:
    try:
        group = _fetched_group(run.id)
    except ServiceError:
        return  # the comparison itself says what is wrong
    rules: list[str] = group.request["rules"]
    asked = pair.left_rule if side == "left" else pair.right_rule
    index = (pair.left_index if side == "left" else pair.right_index) or 0
    size = len(group.request["responses"])
    rule_key, index_key = f"{Key.RULE}_{side}", f"{Key.INDEX}_{side}"
    follow(rule_key, asked if asked in rules else rules[0], of=run.id)
    follow(index_key, min(index, size - 1), of=run.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Rule",
            rules,
            format_func=rule_words,
            key=rule_key,
            required=True,
            on_change=lambda: open_pair(replace(pair, **{f"{side}_rule": st.session_state[rule_key]})),
        )
        st.selectbox(
            "Response",
            range(size),
            format_func=lambda number: str(number + 1),
            key=index_key,
            on_change=lambda: open_pair(replace(pair, **{f"{side}_index": st.session_state[index_key]})),
            width=90,
        )
        st.button("Whole group", key=f"whole_{side}", on_click=open_group, args=(run.id,))


@st.cache_data(ttl=300, max_entries=8, show_spinner=False, scope="session")
def _fetched_group(run_id: str) -> Run:
    return service().group(run_id)


def _pick(side: str, pair: Pair, chosen: str | None) -> None:
    """Another result has other rules and responses."""
    open_pair(replace(pair, **{side: chosen, f"{side}_rule": None, f"{side}_index": None}))
