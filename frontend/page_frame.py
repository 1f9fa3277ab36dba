"""What every page has: our few rules of style, the state of the service at the right, a banner while it is down."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from frontend.client.bodies import Me, Status
from frontend.client.errors import Problem, Unavailable
from frontend.connection import service
from frontend.escaping import in_html
from frontend.permission import known_me
from frontend.pressing import pressed
from frontend.session import Key, own_token
from frontend.signing_in import learn_me, must_sign_in, shut_out, sign_out
from frontend.theme import custom_properties

SECONDS_BETWEEN_LOOKS = 5.0
LONGEST_PAUSE_SECONDS = 10
_STYLE = custom_properties(":root") + Path(__file__).with_name("page.css").read_text("utf-8")


def draw_style() -> None:
    """First on every page, so that nothing is seen without it."""
    st.html(f"<style>{_STYLE}</style>")


def service_down() -> bool:
    """Whether the last look found no service; before the first look it is taken to be there."""
    return st.session_state.get(Key.DOWN_SINCE) is not None


def draw_service_state() -> None:
    """Last on every page, so that a service that does not answer delays nothing.

    While it is down this looks every second whether it is time to try again; the page is drawn anew when it is back.
    """
    down = service_down()
    _watcher = st.fragment(_draw_state, run_every=1.0 if down else SECONDS_BETWEEN_LOOKS)
    _watcher(down)


def _draw_state(drawn_as_down: bool) -> None:
    status, known, outside = None, known_me(), must_sign_in()
    with st.container(key="service_state", horizontal=True, vertical_alignment="center", gap="small"):
        wait = _seconds_until_next_try()
        if not wait:
            status = _look()
            wait = _seconds_until_next_try()
        st.html(f'<div class="state" role="status"><i></i>{_said(status)}</div>', width="content")
        if own_token() is not None and pressed("Sign out", key="sign_out", type="tertiary"):
            sign_out()
            st.rerun()
    with st.container(key="service_down"):
        if service_down():
            st.html(
                '<div class="banner" role="alert"><b>The service is not answering</b> '
                f"<span>Trying again in {wait} s. The bundled cases work without it, and what is shown stays."
                "</span></div>"
            )
    if (service_down(), must_sign_in()) != (drawn_as_down, outside) or _learned(known):
        st.rerun()


def _learned(before: Me | None) -> bool:
    """Whether pages and buttons, drawn as for an admin, must be drawn anew for somebody who is none."""
    me = known_me()
    return before is None and me is not None and not me.may_audit


def _said(status: Status | None) -> str:
    me = known_me()
    who = "" if me is None or me.access == "open" else f"{in_html(me.name or 'shared token')}, {in_html(me.role)} · "
    return who + _service_words(status)


def _service_words(status: Status | None) -> str:
    if service_down():
        return "service not answering"
    if status is None:
        return "not signed in" if must_sign_in() else "service refuses this screen"
    if status.draining:
        return "service ending"
    return f"service ready · queue {status.queue.waiting} of {status.queue.length}"


def _look() -> Status | None:
    """Ask, and remember since when nobody answers and how often that was."""
    try:
        status = service().status()
        learn_me()
    except Unavailable:
        since, tries = st.session_state.get(Key.DOWN_SINCE) or (time.monotonic(), 0)
        st.session_state[Key.DOWN_SINCE] = (since, tries + 1)
        st.session_state[Key.NEXT_TRY] = time.monotonic() + min(2 ** (tries + 1), LONGEST_PAUSE_SECONDS)
        return None
    except Problem as problem:
        status = None
        if problem.status == 401 and not must_sign_in():
            shut_out()
    st.session_state.pop(Key.DOWN_SINCE, None)
    st.session_state.pop(Key.NEXT_TRY, None)
    return status


def _seconds_until_next_try() -> int:
    return max(0, round(st.session_state.get(Key.NEXT_TRY, 0.0) - time.monotonic()))
