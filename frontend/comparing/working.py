"""A group that is in line or being worked on: how far it is, the running estimate, and a way to stop it."""

from __future__ import annotations

import streamlit as st

from frontend.banner import banner, error_banner
from frontend.client.bodies import Run
from frontend.client.errors import ServiceError
from frontend.comparing.group_request import rule_words
from frontend.components import group_view
from frontend.connection import service
from frontend.numbers import place_in_line
from frontend.page_parts.sentence import draw_quiet, draw_sentence
from frontend.permission import why_not_end
from frontend.progress_line import progress_parts, share, stop_label
from frontend.session import Key

SECONDS_BETWEEN_LOOKS = 1.0


def draw_working(run: Run) -> None:
    """Looks every second until it is over; then the page is drawn anew."""
    rules = " and ".join(rule_words(rule) for rule in run.request["rules"])
    draw_quiet(run.request["prompt"], "prompt-line")
    draw_sentence([("text", f"Comparing {len(run.request['responses'])} responses under {rules}.")])
    st.fragment(_draw_progress, run_every=SECONDS_BETWEEN_LOOKS)(run.id)


def _draw_progress(run_id: str) -> None:
    try:
        run = service().group(run_id)
    except ServiceError as error:
        with error_banner(error, key="working", kept="The work goes on where it was.", result=run_id):
            pass
        return
    if run.over:
        st.rerun()
    _draw_state(run)
    if run.progress.estimated:
        _draw_estimate(run)


def _draw_state(run: Run) -> None:
    position, no = run.progress.position, why_not_end(run.made_by)
    if position is not None:
        text = "Other computations are running. Yours goes on if you close this page."
        with banner(place_in_line(position), text, key="line"):
            st.button("Leave the line", on_click=_stop, args=(run.id,), disabled=no is not None, help=no)
        return
    done, rest = progress_parts(run.progress)
    st.progress(share(run.progress))
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_quiet(f"{done} · {rest}" if rest else done)
        waits = run.state == "cancelling" or no is not None
        st.button(stop_label(run), on_click=_stop, args=(run.id,), disabled=waits, help=no)


def _stop(run_id: str) -> None:
    try:
        service().cancel(run_id, "group")
    except ServiceError as error:
        st.session_state[Key.STARTED] = error


def _draw_estimate(run: Run) -> None:
    try:
        view = service().view(run.id)
    except ServiceError:
        return  # it ended in between, or there is none yet: the next look tells
    group_view({**view, "sentence": []}, key=f"{Key.GROUP_VIEW}_{run.id}")
