"""What can be done with a run: stop and save, resume, delete, take the adapter home, read its command and its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from frontend.banner import error_banner
from frontend.client.errors import ServiceError
from frontend.client.job_bodies import RESUMABLE, Job
from frontend.comparing.step_policy import preview_on
from frontend.connection import service
from frontend.page_frame import service_down
from frontend.page_parts.sentence import draw_quiet, draw_title
from frontend.permission import why_not_delete, why_not_end
from frontend.pressing import pressed
from frontend.session import Key
from frontend.watching.followed import forget
from frontend.watching.run_pair import NamedRun, RunPair


def draw_actions(pair: RunPair) -> None:
    """For both runs at once; each only where there is something to do, and each in a place of its own.

    Streamlit tells widgets apart by their place too: one that took another's would lose a press in between.
    """
    jobs = [run.job for run in pair.runs]
    active = [job for job in jobs if job.active]
    over = [job for job in jobs if job.state in RESUMABLE]
    no = why_not_end(*(job.made_by for job in jobs))
    down, kept = service_down(), service_down() or no is not None
    stop, resume, take, delete = (st.container(width="content") for _ in range(4))
    if active:
        stopping = all(job.state == "stopping" for job in active)
        stop.button("Stop and save", key="job_stop", disabled=kept or stopping, help=no, on_click=_stop, args=(active,))
    if over:
        resume.button(_resume_words(over), key="job_resume", disabled=kept, help=no, on_click=_resume, args=(over,))
    if any(job.state == "succeeded" or job.checkpoints for job in jobs):
        with take.popover("Adapter", disabled=down):
            for run in pair.runs:
                _draw_downloads(run)
    no = why_not_delete()
    with delete:
        deletes = pressed("Delete", key="job_delete", disabled=down or bool(active) or no is not None, help=no)
    if deletes:
        _confirm_deletion(jobs)


def draw_files(pair: RunPair) -> None:
    """The command and the file of each run, as the run itself wrote it."""
    draw_title("To run it again", "read from the run’s own file")
    with st.container(key="run_files"):
        columns = st.columns(len(pair.runs), gap="medium")
    for column, run in zip(columns, pair.runs, strict=True):
        with column:
            draw_quiet(f"{run.name}, run {run.job.id[:8]}", "small")
            st.code(run.job.command or "not known yet", language=None, wrap_lines=True)
            with st.expander("run.yaml"):
                st.code(run.job.yaml or "not written yet", language=None)


def draw_refusal() -> None:
    """What the service did not do the last time it was asked; it stays while the page draws itself again and again."""
    error = st.session_state.get(Key.JOB_REFUSED)
    if error is not None:
        with error_banner(error, key="job_refused", kept="The run is as it was."):
            pass


def _resume_words(jobs: Sequence[Job]) -> str:
    steps = {max(job.checkpoints, default=0) for job in jobs}
    return f"Resume from {steps.pop()}" if len(steps) == 1 else "Resume"


def _draw_downloads(run: NamedRun) -> None:
    client, job = service(), run.job  # here, since a download is fetched outside the session
    draw_quiet(run.name, "small")
    if job.state == "succeeded":
        _download("Adapter, zip", f"adapter-{job.id[:8]}.zip", lambda: client.adapter(job.id).content)
        if pressed("Preview a step on it", key=f"job_policy_{job.id}", help="On Compare, for a group of responses"):
            preview_on(job.id)
    for step in job.checkpoints:
        _download(
            f"Checkpoint of step {step}, zip",
            f"checkpoint-{job.id[:8]}-{step}.zip",
            lambda step=step: client.checkpoint(job.id, step).content,
        )


def _download(label: str, name: str, data: Callable[[], bytes]) -> None:
    st.download_button(label, data, file_name=name, mime="application/zip", key=f"download_{name}", on_click="ignore")


def _stop(jobs: Sequence[Job]) -> None:
    _each(service().cancel_job, jobs)


def _resume(jobs: Sequence[Job]) -> None:
    _each(service().resume_job, jobs)


@st.dialog("Delete for good?")
def _confirm_deletion(jobs: Sequence[Job]) -> None:
    what = "this run" if len(jobs) == 1 else "both runs of this page"
    draw_quiet(f"There is no way back: {what} with checkpoints, adapter and events will be gone.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="delete_job_for_good", on_click=_delete, args=(jobs,)):
            st.rerun()
        if st.button("Keep"):
            st.rerun()


def _delete(jobs: Sequence[Job]) -> None:
    _each(service().delete_job, jobs)
    if Key.JOB_REFUSED not in st.session_state:
        for job in jobs:
            forget(job.id)
        st.query_params.clear()


def _each(request: Callable[[str], object], jobs: Sequence[Job]) -> None:
    """All of them, whatever becomes of one; the last refusal is kept for the banner until something else is asked."""
    st.session_state.pop(Key.JOB_REFUSED, None)
    for job in jobs:
        try:
            request(job.id)
        except ServiceError as error:
            st.session_state[Key.JOB_REFUSED] = error
