"""Explore, the landing page: a case that needs nobody, or a result by its id; below them the form."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from frontend.address import CASES, Place, go, place
from frontend.banner import error_banner
from frontend.bundled_cases import bundled_case
from frontend.client.errors import ServiceError
from frontend.components import credit_view
from frontend.connection import service
from frontend.draft import Draft
from frontend.escaping import in_html
from frontend.into_view import bring_into_view
from frontend.result_actions import draw_result_actions
from frontend.result_look import look
from frontend.result_panel import draw_result, measure_first
from frontend.run_form import draw_form, fill_form, filled_from, untouched
from frontend.session import Key, explained

LABELS = {"error": "One critical error", "phrase": "One brilliant phrase", "text": "Your text"}
INVITATION = "Paste a response and see what each of its tokens earned."
EMPTY: Mapping[str, Any] = {"prompt": "", "response": "", "reward": {"kind": Draft().reward}}


def draw_explore() -> None:
    """Row 1, what is shown, and the form."""
    here = place()
    _look_once(here)
    _draw_top(here)
    if here.result is not None:
        draw_result(here.result, here.before)
    elif here.case != "text":
        case = bundled_case(here.case)
        credit_view(case.view, key=f"{Key.CREDIT}_{here.case}", checks=case.checks)
    else:
        st.html(f'<h1 class="invitation">{INVITATION}</h1>')
    _fill(here)
    draw_form(here.result or (here.origin if here.origin not in CASES else None))
    sent = st.session_state.get(Key.SENT)
    bring_into_view(sent if sent == here.result else None)
    if here.result is not None:
        measure_first(here.result)


def _look_once(here: Place) -> None:
    """Before the first row is drawn, which shows the prompt; what goes wrong is told where the result stands."""
    if here.result is not None:
        with suppress(ServiceError):
            look(here.result)


def _draw_top(here: Place) -> None:
    """The cases, the prompt beside them, and what can be done with what is shown."""
    st.session_state[Key.CASE] = here.case
    with st.container(key="top", horizontal=True, vertical_alignment="center", gap="medium"):
        st.segmented_control(
            "Case",
            CASES,
            key=Key.CASE,
            format_func=LABELS.__getitem__,
            on_change=_chosen,
            required=True,
            label_visibility="collapsed",
        )
        st.html(f'<div class="prompt" dir="auto">{in_html(_prompt(here))}</div>', width="stretch")
        if here.result is not None or here.case != "text":
            draw_result_actions(here)


def _chosen() -> None:
    st.session_state.pop(Key.SAMPLE, None)
    go(Place(case=st.session_state[Key.CASE]))


def _prompt(here: Place) -> str:
    if here.result is not None:
        kept = explained(here.result)
        return f"“{kept.run.request['prompt']}”" if kept is not None else ""
    return f"“{bundled_case(here.case).request['prompt']}”" if here.case != "text" else ""


def _fill(here: Place) -> None:
    """What the form begins with: what the address names, else what is shown while nothing was pasted."""
    kept = None if here.result is None else explained(here.result)
    if here.origin is not None:
        _fill_from(here.origin)
    elif here.result is None and here.case == "text" and Key.SAMPLE in st.session_state:
        sample = st.session_state[Key.SAMPLE]  # kept, since the form is filled again in every run that has no text
        fill_form(sample.origin, sample.request)
    elif not untouched():
        return
    elif kept is not None:
        fill_form(kept.run.id, kept.run.request)
    elif here.case != "text":
        fill_form(f"question of {here.case}", bundled_case(here.case).request, with_response=False)
    elif here.result is None:
        fill_form("nothing", EMPTY)


def _fill_from(origin: str) -> None:
    if origin in CASES:
        fill_form(origin, bundled_case(origin).request)
    if filled_from(origin):
        return
    try:
        kept = explained(origin)
        fill_form(origin, kept.run.request if kept is not None else service().run(origin).request)
    except ServiceError as error:
        with error_banner(error, key="origin", kept="The form is as it was.", result=origin):
            pass


draw_explore()
