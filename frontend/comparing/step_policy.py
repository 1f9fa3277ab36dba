"""Which model makes the previewed step: the bundled one, or what a training run has made."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from frontend.client.errors import ServiceError
from frontend.connection import service
from frontend.page_parts.pages import COMPARE
from frontend.page_parts.times import reader_zone
from frontend.session import Key
from frontend.watching.job_words import choice_words

BUNDLED = ""
_MOST_OFFERED = 50


def chosen_policy() -> str:
    """The id of a training run, or BUNDLED."""
    return str(st.session_state.get(Key.STEP_POLICY) or BUNDLED)


def draw_policy() -> None:
    """The choice; nothing where no run is complete, or the service does not tell."""
    try:
        jobs = {job.id: job for job in service().jobs(state="succeeded", limit=_MOST_OFFERED).items}
    except ServiceError:
        return
    if chosen_policy() not in jobs:
        st.session_state[Key.STEP_POLICY] = BUNDLED
    if not jobs:
        return
    now, zone = datetime.now(UTC), reader_zone()
    st.selectbox(
        "Policy",
        [BUNDLED, *jobs],
        key=Key.STEP_POLICY,
        format_func=lambda one: choice_words(jobs[one], zone, now) if one else "bundled language model",
        persist_state="session",
    )


def preview_on(job_id: str) -> None:
    """Take a run's model for the next preview, and go where one is asked for."""
    st.session_state[Key.STEP_POLICY] = job_id
    st.switch_page(COMPARE)
