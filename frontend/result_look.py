"""The present state of a result, asked of the service; kept, so that it stays on screen when the service goes away."""

from __future__ import annotations

import time

import streamlit as st

from frontend.client.backend_client import BackendClient
from frontend.client.bodies import Run, View
from frontend.client.errors import Problem
from frontend.connection import service
from frontend.session import Explained, Key, explained

FRESH_SECONDS = 0.5


def look(result: str) -> Explained:
    """The run and what can be drawn of it; what is over is asked for once. Raises: ServiceError."""
    kept = explained(result)
    if kept is not None and (kept.run.over or time.monotonic() - kept.looked_at < FRESH_SECONDS):
        return kept
    client = service()
    run = client.run(result)
    view = _view(client, run) if run.kind == "attribution" else None
    if view is None and kept is not None:
        view = kept.view
    now = Explained(run=run, view=view, looked_at=time.monotonic())
    st.session_state[Key.EXPLAINED] = now
    return now


def look_later(result: str) -> None:
    """The next look asks, however fresh the last one is."""
    kept = explained(result)
    if kept is not None:
        st.session_state[Key.EXPLAINED] = Explained(run=kept.run, view=kept.view, looked_at=0.0)


def _view(client: BackendClient, run: Run) -> View | None:
    """409 is no error: the estimate that was announced may be over by now."""
    if not (run.has_result or run.progress.estimated):
        return None
    try:
        return client.view(run.id)
    except Problem as problem:
        if problem.status != 409:
            raise
        return None
