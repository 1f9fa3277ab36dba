"""The line above a result's sentence, which is always there: in line, working, stopped, failed or finished."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

import streamlit as st

from frontend.address import Place, go
from frontend.banner import banner, error_banner
from frontend.client.bodies import Run, View
from frontend.client.errors import Problem, ServiceError
from frontend.connection import service
from frontend.escaping import in_html
from frontend.numbers import duration, place_in_line
from frontend.page_frame import service_down
from frontend.permission import why_not_end, why_not_run
from frontend.pressing import pressed
from frontend.progress_line import progress_parts, share, stop_label
from frontend.redrawing import draw_panel_again
from frontend.result_look import look_later
from frontend.run_form import start


def draw_slot(run: Run, view: View | None, before: str | None) -> None:
    """By the state of the run; `before` is the result that this one was edited from."""
    with st.container(key="result_slot"):
        if run.state == "queued":
            _draw_in_line(run)
        elif not run.over:
            _draw_working(run)
        elif run.state == "succeeded":
            _draw_finished(run, before)
        elif run.has_result:
            _draw_partial(run, view)
        else:
            _draw_failed(run)


def _draw_in_line(run: Run) -> None:
    place = place_in_line(run.progress.position) if run.progress.position is not None else "In line"
    with banner(place, "It starts when a place is free, and goes on if you close this page.", key="line"):
        no = why_not_end(run.made_by)
        if pressed("Leave the line", key=f"leave_{run.id}", disabled=no is not None, help=no):
            _stop(run)


def _draw_working(run: Run) -> None:
    done, rest = progress_parts(run.progress)
    percent = 100 * share(run.progress)
    with st.container(key="working", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="bar" role="progressbar" aria-label="evaluations" aria-valuemin="0" aria-valuemax="100" '
            f'aria-valuenow="{percent:.0f}"><i style="width:{percent:.2f}%"></i></div>'
            f'<div class="working"><b>{in_html(done)}</b> <span>{in_html(rest)}</span></div>',
            width="stretch",
        )
        no = why_not_end(run.made_by)
        waits = run.state == "cancelling" or service_down()
        if pressed(stop_label(run), key=f"stop_{run.id}", disabled=waits or no is not None, help=no):
            _stop(run)


def _draw_finished(run: Run, before: str | None) -> None:
    with st.container(key="finished", horizontal=True, vertical_alignment="center"):
        told = "Answered from the store: the same was asked before." if run.stored else _took(run)
        st.html(f'<div class="small">{in_html(told)}</div>', width="stretch")
        if before is not None:
            # A link of the browser's own: Streamlit's is lost where the page is drawn anew while it is pressed.
            address = f"compare?{urlencode({'left': before, 'right': run.id})}"
            st.html(f'<a class="plain-link" href="{in_html(address)}">Compare with the one before</a>', width="content")


def _took(run: Run) -> str:
    if run.started_at is None or run.finished_at is None:
        return "Finished."
    seconds = (run.finished_at - run.started_at).total_seconds()
    return f"Finished in {duration(seconds)}. It is kept: this address finds it again."


def _draw_partial(run: Run, view: View | None) -> None:
    """In the words of the view, which then need not be said twice."""
    ended = "The service ended first. " if run.state == "interrupted" else ""
    text = str(view["notice"]) if view is not None else ""
    with banner("Partial result", f"{ended}{text}", key="partial", note=f"result {run.id[:8]}"):
        if _pressed_again(run, _price(run)):
            _again(run)


def _price(run: Run) -> str:
    """Of the whole: a partial result is no beginning of another run."""
    started, finished, done = run.started_at, run.finished_at, run.progress.done
    time = ""
    if started is not None and finished is not None and done:
        time = f", about {duration((finished - started).total_seconds() * run.progress.planned / done)}"
    return f"Run all {run.progress.planned:,}{time}"


def _draw_failed(run: Run) -> None:
    problem = run.problem or Problem(status=500, title="Stopped before anything was known")
    kept = "The request is kept; there is no result."
    with error_banner(problem, key="failed", kept=kept, result=run.id):
        if _pressed_again(run, "Try again"):
            _again(run)
        if pressed("Change the request", key=f"change_{run.id}"):
            go(Place(case="text", origin=run.id))
            st.rerun()


def _pressed_again(run: Run, label: str) -> bool:
    no = why_not_run()
    return pressed(label, key=f"again_{run.id}", disabled=service_down() or no is not None, help=no)


def _stop(run: Run) -> None:
    kind: Literal["attribution", "group"] = "group" if run.kind == "group" else "attribution"
    try:
        service().cancel(run.id, kind)
    except ServiceError as error:
        with error_banner(error, key="stop", kept="The run goes on.", result=run.id):
            pass
        return
    look_later(run.id)
    draw_panel_again()


def _again(run: Run) -> None:
    try:
        new = start(run.request, again=True)
    except ServiceError as error:
        with error_banner(error, key="again", kept="What there is stays.", result=run.id):
            pass
        return
    go(Place(case="text", result=new.id))
    st.rerun()
