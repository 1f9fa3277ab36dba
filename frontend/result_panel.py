"""A result by its id, from the queue to the end: the text at once, the running estimate on it, then the credit.

The run lives in the service. This panel only looks: a reload, a second tab or another machine sees the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from frontend.address import Place, go
from frontend.banner import banner, error_banner
from frontend.client.bodies import Run, View
from frontend.client.errors import Problem, ServiceError, Unavailable
from frontend.components import credit_view
from frontend.connection import service
from frontend.deletion_checks import edits_for, rows_of, word_of
from frontend.escaping import in_html
from frontend.page_frame import service_down
from frontend.page_parts.pages import COMPARE, HISTORY
from frontend.redrawing import draw_panel_again
from frontend.result_look import look
from frontend.result_slot import draw_slot
from frontend.session import Checks, Key, checks_of, explained

SECONDS_BETWEEN_LOOKS = 1.0
LONGEST_REPLACEMENT = 200


def draw_result(result: str, before: str | None) -> None:
    """Everything of one result. It looks again by itself while the run is under way."""
    kept = explained(result)
    under_way = kept is None or not kept.run.over
    every = SECONDS_BETWEEN_LOOKS if under_way and not service_down() else None
    st.fragment(_draw, run_every=every)(result, before, under_way)


def _draw(result: str, before: str | None, drawn_under_way: bool) -> None:
    try:
        now = look(result)
    except Problem as problem:
        _draw_missing(problem, result)
        return
    except Unavailable:
        now = explained(result)
    if now is None:
        _draw_text("", waits=True)
        return
    if now.run.kind == "group":
        st.switch_page(COMPARE, query_params={"result": result})
    if now.run.over and drawn_under_way:
        st.rerun()  # the whole page: it stops looking, and the form may compare with this result
    draw_slot(now.run, now.view, before)
    if now.view is not None:
        _draw_view(now.run, now.view)
    elif not now.run.over:
        _draw_text(str(now.run.request["response"]))


def _draw_missing(problem: Problem, result: str) -> None:
    if problem.status != 404:
        with error_banner(problem, key="missing", kept="The result is kept.", result=result):
            if st.button("Try again", key="look_again"):
                st.rerun()
        return
    text = "No result has this address: it was deleted, or it belongs to another service."
    with banner("Not found", text, key="missing", note=f"result {result[:8]}"):
        st.page_link(HISTORY, label="Open History")
        if st.button("Show a case", key="show_case"):
            go(Place())
            st.rerun()


def _draw_text(response: str, *, waits: bool = False) -> None:
    """The text before there is an estimate, where the map will stand; grey bars while not even that is known."""
    bars = '<div class="bars" aria-label="loading"><i></i><i></i><i></i><i></i></div>' if waits else ""
    st.html(f'<div class="waiting" dir="auto">{in_html(response)}</div>{bars}')


def _draw_view(run: Run, view: View) -> None:
    measured = checks_of(run.id)
    if measured.first_pin is None:
        measured.first_pin = view["pinned"]
    drawn = {**view, "notice": "", "pinned": measured.first_pin}  # the slot says the notice
    key = f"{Key.CREDIT}_{run.id}"
    before = st.session_state.get(Key.PINNED)
    state = credit_view(drawn, key=key, checks=_drawn_checks(measured, before))
    pin = measured.first_pin if state.pin is None else state.pin
    st.session_state[Key.PINNED] = pin
    if pin != before and pin in measured.rows:
        draw_panel_again()  # what was measured for it is known; it was drawn with the pin before
    if not run.over or not run.has_result or pin is None:
        return
    _draw_replacement(view, pin, measured)
    if pin not in measured.rows and not service_down() and _measure(run.id, view, pin, None, measured):
        draw_panel_again()


def _drawn_checks(measured: Checks, pin: int | None) -> Mapping[str, Any] | None:
    token = measured.first_pin if pin is None else pin
    return None if token not in measured.rows else {"token": token, "rows": measured.rows[token]}


def _draw_replacement(view: View, pin: int, measured: Checks) -> None:
    with st.container(key="replacement", horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Replace the pinned word by",
            key=f"{Key.REPLACEMENT}_{pin}",
            max_chars=LONGEST_REPLACEMENT,
            placeholder=word_of(view, pin),
        )
        if st.button("Measure", key="measure", disabled=service_down()):
            _measure(measured.result, view, pin, text or "", measured)
            draw_panel_again()
        if measured.failure:
            st.html(f'<div class="small" role="status">{in_html(measured.failure)}</div>')


def _measure(result: str, view: View, pin: int, replacement: str | None, measured: Checks) -> bool:
    """Ask what edits really do; whether that is known now."""
    try:
        _, edits = service().try_edits(result, edits_for(view, pin, replacement))
    except ServiceError as error:
        detail = (error.detail or error.title) if isinstance(error, Problem) else "the service does not answer"
        measured.failure = f"Not measured: {detail}."
        return False
    measured.rows[pin], measured.failure = rows_of(view, edits), ""
    return True
