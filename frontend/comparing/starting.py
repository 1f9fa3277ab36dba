"""Sending a group to the service, once however often a button is pressed, and going where its progress is seen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from frontend.banner import error_banner
from frontend.client.errors import ServiceError
from frontend.comparing.address import open_group
from frontend.connection import service
from frontend.draft import digest
from frontend.permission import why_not_run
from frontend.session import Key, client_id

_NAMESPACE = uuid.UUID("6a4c1d0e-6e7b-4b1f-9d53-0f0c9a3b7f11")


def start_group(request: Mapping[str, Any], rule: str | None = None, *, after: str = "") -> None:
    """For a button's on_click. The run is the same for the same request sent from the same place in one session.

    Args:
        request: body of POST /v1/groups.
        rule: to open it under.
        after: what it was sent from: the id of a run, or nothing.
    """
    key = uuid.uuid5(_NAMESPACE, f"{client_id()} {after} {digest(request)}")
    _send(request, rule, str(key))


def draw_start_button(
    label: str,
    request: Mapping[str, Any],
    rule: str | None = None,
    *,
    after: str = "",
    key: str | None = None,
    type: Literal["primary", "secondary"] = "secondary",
) -> None:
    """A button that does that, for whoever may run something."""
    no = why_not_run()
    st.button(
        label,
        key=key,
        type=type,
        on_click=start_group,
        args=(request, rule),
        kwargs={"after": after},
        disabled=no is not None,
        help=no,
    )


def open_stored(request: Mapping[str, Any], rule: str) -> None:
    """Open the result that the service has. Without a key: a request with one becomes a run of its own, which waits."""
    _send(request, rule, None)


def _send(request: Mapping[str, Any], rule: str | None, key: str | None) -> None:
    try:
        run = service().start_group(request, key=key)
    except ServiceError as error:
        st.session_state[Key.STARTED] = error
        return
    st.session_state.pop(Key.GROUP_SHOWN, None)
    open_group(run.id, rule)


def draw_refusal() -> None:
    """Why the service did not take the last group, once."""
    error = st.session_state.pop(Key.STARTED, None)
    if error is not None:
        with error_banner(error, key="start", kept="Nothing was started; press the button again."):
            pass
