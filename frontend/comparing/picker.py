"""Choosing among stored results."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from frontend.client.bodies import RunSummary
from frontend.client.errors import Problem
from frontend.connection import service
from frontend.page_parts.run_titles import run_title
from frontend.page_parts.times import reader_zone

MOST_OFFERED = 100
Choices = Mapping[str, RunSummary]
"""Stored results by id, the newest first."""


def stored_results(*wanted: str | None) -> Choices:
    """The newest results, and those that are wanted however old. Raises: ServiceError."""
    offered = {run.id: run for run in service().results(limit=MOST_OFFERED).items if run.has_result}
    for run_id in wanted:
        if run_id is not None and run_id not in offered:
            try:
                offered[run_id] = service().run(run_id)
            except Problem:
                continue  # it was deleted: the comparison itself says so
    return offered


def draw_picker(label: str, choices: Choices, *, key: str, on_pick: Callable[[], None]) -> None:
    """A list of results; the one that is chosen stands in the session under the key."""
    zone = reader_zone()
    st.selectbox(
        label,
        list(choices),
        index=None,
        format_func=lambda run_id: run_title(choices[run_id], zone),
        key=key,
        on_change=on_pick,
        placeholder="Choose a stored result",
    )
