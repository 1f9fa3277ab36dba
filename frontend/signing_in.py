"""Signing in with a token of one's own, where the service asks for one and the screen has none to lend.

The token is kept in the memory of this tab's session and sent to the service: it is in no address, cookie or storage of
the browser, so that a reload asks again.
"""

from __future__ import annotations

import streamlit as st

from frontend.banner import banner, told
from frontend.client.errors import Problem, ServiceError
from frontend.connection import service, service_for
from frontend.session import Key, own_token
from frontend.settings import Settings

WRONG = "The service knows no such token"
OPEN = (
    "This screen is set to have everybody sign in, and the service behind it asks nobody. "
    "Whoever runs it must set OSPO_USERS_FILE or OSPO_TOKEN there."
)


def must_sign_in() -> bool:
    """Whether there is nothing to show before somebody says who he is."""
    if own_token() is not None:
        return False
    return Settings.read().sign_in or bool(st.session_state.get(Key.SHUT_OUT))


def draw_sign_in() -> None:
    """In the place of a page."""
    with st.container(key="sign_in"):
        st.html(
            "<h2>Sign in</h2><p>With the token that whoever runs this service made for you. "
            "It is kept for this tab alone; a reload asks again.</p>"
        )
        with st.form("sign_in_form", clear_on_submit=True, border=False):
            token = st.text_input("Token", type="password", autocomplete="current-password", max_chars=200)
            pressed = st.form_submit_button("Sign in", type="primary")
        if pressed and token.strip():
            _sign_in(token.strip())
        refused = st.session_state.pop(Key.SIGN_IN_REFUSED, None)
        if refused is not None:
            title, text = refused
            with banner(title, text, key="sign_in"):
                pass


def sign_out() -> None:
    """Nothing of the session stays: neither the token nor what was on screen."""
    st.session_state.clear()


def shut_out() -> None:
    """The service does not know this token (any more), or wants one."""
    had_one = own_token() is not None
    st.session_state.clear()
    st.session_state[Key.SHUT_OUT] = True
    if had_one:
        st.session_state[Key.SIGN_IN_REFUSED] = ("Signed out", "The service does not know your token any more.")


def learn_me() -> None:
    """Ask once who this is. Raises: ServiceError."""
    if Key.ME not in st.session_state:
        st.session_state[Key.ME] = service().me()


def _sign_in(token: str) -> None:
    try:
        me = service_for(token).me()
    except ServiceError as error:
        wrong = isinstance(error, Problem) and error.status == 401
        st.session_state[Key.SIGN_IN_REFUSED] = (WRONG, "Try again, or ask for a new one.") if wrong else told(error)
        return
    if me.access == "open":
        st.session_state[Key.SIGN_IN_REFUSED] = ("Not signed in", OPEN)
        return
    st.session_state.clear()
    st.session_state[Key.TOKEN], st.session_state[Key.ME] = token, me
    st.rerun()
