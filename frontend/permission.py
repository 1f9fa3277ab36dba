"""What this person may do, as far as buttons show it: the service decides, and says no by itself."""

from __future__ import annotations

from typing import cast

import streamlit as st

from frontend.client.bodies import Me
from frontend.session import Key

VIEWER = "Your role is viewer: you may look at everything and run nothing."
ADMINS = "What was made is deleted by admins."
NOT_YOURS = "Only whoever made it, or an admin, may do this."


def known_me() -> Me | None:
    """Who the service said that this is; None before it was asked."""
    return cast("Me | None", st.session_state.get(Key.ME))


def may_audit() -> bool:
    """Whether there is an audit log for this person; also where it is not known yet who he is."""
    me = known_me()
    return me is None or me.may_audit


def why_not_run() -> str | None:
    """Why this person may start and change nothing; None where he may, or where it is not known yet."""
    me = known_me()
    return VIEWER if me is not None and not me.may_run else None


def why_not_delete() -> str | None:
    """Why he may remove nothing for good; None as above."""
    me = known_me()
    return ADMINS if me is not None and not me.may_delete else None


def why_not_end(*makers: str | None) -> str | None:
    """Why he may not stop or resume all that these users made; None as above."""
    me = known_me()
    if me is None or all(me.may_end(maker) for maker in makers):
        return None
    return NOT_YOURS if me.may_run else VIEWER
