"""Every training run, the newest first, pairs as one row: state, place in line, a link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import streamlit as st

from frontend.banner import error_banner
from frontend.client.errors import Problem, Unavailable
from frontend.client.job_bodies import Job, JobPage
from frontend.connection import service
from frontend.escaping import in_html, in_label
from frontend.page_parts.pages import RUNS, TRAIN
from frontend.page_parts.paging import draw_paging
from frontend.page_parts.sentence import Part, draw_quiet, draw_sentence
from frontend.page_parts.times import moment, reader_zone
from frontend.pressing import pressed
from frontend.session import Key, Param
from frontend.watching.job_words import job_title, rule_words, state_words

ROWS = 30
SECONDS_BETWEEN_LOOKS = 2.0
Row = Sequence[Job]
"""One job, or the two of a pair, OSPO first."""


def draw_list() -> None:
    """The list draws itself again while something in it is active."""
    active = any(job.active for job in st.session_state.get(Key.JOBS, ()))
    st.fragment(_draw, run_every=SECONDS_BETWEEN_LOOKS if active else None)(active)


def rows_of(jobs: Iterable[Job]) -> list[Row]:
    """Jobs of one pair share the place of the newer one."""
    rows: dict[str, list[Job]] = {}
    for job in jobs:
        rows.setdefault(job.pair_id or job.id, []).append(job)
    return [sorted(row, key=lambda job: job.rule == "uniform") for row in rows.values()]


def headline(jobs: Sequence[Job], *, more: bool) -> list[Part]:
    """What is listed, in one sentence."""
    if not jobs:
        return [("text", "Nothing has been trained yet.")]
    count = "One run" if len(jobs) == 1 else f"{len(jobs)} runs"
    running = sum(job.active and job.state != "queued" for job in jobs)
    waiting = sum(job.state == "queued" for job in jobs)
    words = [f"{running} training" if running else "", f"{waiting} in line" if waiting else ""]
    doing = " and ".join(word for word in words if word) or "none of them at work"
    return [("strong", count), ("text", f", {doing}{'; there are older ones' if more else ''}.")]


def _draw(drawn_as_active: bool) -> None:
    page = _page()
    if page is not None:
        st.session_state[Key.JOBS], st.session_state[Key.JOBS_NEXT] = page.items, page.next
    jobs: Sequence[Job] = st.session_state.get(Key.JOBS, ())
    if not jobs:
        _draw_empty(page is None)
        return
    draw_sentence(headline(jobs, more=st.session_state.get(Key.JOBS_NEXT) is not None))
    for row in rows_of(jobs):
        _draw_row(row)
    draw_paging(_cursors(), st.session_state.get(Key.JOBS_NEXT), key="job_paging")
    if any(job.active for job in jobs) != drawn_as_active:
        st.rerun()


def _page() -> JobPage | None:
    """None, with a banner, where the service gives none."""
    cursors = _cursors()
    try:
        return service().jobs(limit=ROWS, cursor=cursors[-1] if cursors else None)
    except Unavailable:
        return None  # the frame's banner says so
    except Problem as problem:
        with error_banner(problem, key="runs", kept="The rows below are those seen last."):
            pass
        return None


def _draw_empty(no_answer: bool) -> None:
    if no_answer:
        draw_quiet(
            "The runs lie with the service, which does not tell of them now. They are listed as soon as it does."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_quiet("No runs yet. A run goes on if you close its page, and its address finds it again.")
        if pressed("Open Train", key="open_train", type="primary"):
            st.switch_page(TRAIN)


def _draw_row(row: Row) -> None:
    job = row[0]
    with st.container(key=f"job_row_{job.id}"):
        st.page_link(RUNS, label=in_label(job_title(job)), query_params={Param.RUN: job.id})
        facts = "".join(f"<div>{in_html(rule_words(one))}: {in_html(_state(one))}</div>" for one in row)
        st.html(f'<div class="run-facts">{facts}</div>')
        when = moment(job.created_at, reader_zone(), datetime.now(UTC))
        st.html(f'<div class="run-when">{in_html(when)}</div>')


def _state(job: Job) -> str:
    why = f": {job.problem.title}" if job.state == "failed" and job.problem is not None else ""
    return f"{state_words(job)}{why}"


def _cursors() -> list[str]:
    return st.session_state.setdefault(Key.JOBS_CURSORS, [])
