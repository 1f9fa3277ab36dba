"""A result by its id, from the queue to the end: the text at once, the running estimate on it, then the credit.

The run lives in the service. This panel only looks: a reload, a second tab or another machine sees the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from frontend.address import Place, go
from frontend.banner import banner, error_banner
from frontend.client.bodies import Run, View
from frontend.client.errors import Problem, ServiceError, Unavailable
from frontend.components import credit_view, pinned, unexplained
from frontend.connection import service
from frontend.deletion_checks import edits_for, rows_of, word_of
from frontend.escaping import in_html
from frontend.page_frame import service_down
from frontend.page_parts.pages import COMPARE, HISTORY
from frontend.permission import why_not_run
from frontend.pressing import pressed
from frontend.redrawing import draw_panel_again
from frontend.result_look import look
from frontend.result_slot import draw_slot
from frontend.session import Checks, Key, checks_of, explained

SECONDS_BETWEEN_LOOKS = 1.0
LONGEST_REPLACEMENT = 200


@dataclass(slots=True, kw_only=True)
class _Panel:
    """What the fragment is drawn with.

    Attributes:
        alone: False while the whole page is drawn, of which the panel is a part. Then it asks for no further drawing:
            what the reader pressed meanwhile stands further down, in the form, and would be passed over.
    """

    result: str
    before: str | None
    under_way: bool
    alone: bool = False


def draw_result(result: str, before: str | None) -> None:
    """Everything of one result. It looks again by itself while the run is under way."""
    kept = explained(result)
    under_way = kept is None or not kept.run.over
    every = SECONDS_BETWEEN_LOOKS if under_way and not service_down() else None
    panel = _Panel(result=result, before=before, under_way=under_way)
    st.fragment(_draw, run_every=every)(panel)
    panel.alone = True


def measure_first(result: str) -> None:
    """Ask what removing the pinned word really does. Last on the page, which is drawn anew where that was not known."""
    now = explained(result)
    if now is None or now.view is None or not now.run.over:
        return
    measured = checks_of(result)
    pin = _pin(now.view, measured)
    if pin is not None and _is_due(pin, measured) and _measure(result, now.view, pin, None, measured):
        st.rerun()


def _draw(panel: _Panel) -> None:
    try:
        now = look(panel.result)
    except Problem as problem:
        _draw_missing(problem, panel.result)
        return
    except Unavailable:
        now = explained(panel.result)
    if now is None:
        _draw_bars()
        return
    if now.run.kind == "group":
        st.switch_page(COMPARE, query_params={"result": panel.result})
    if now.run.over and panel.under_way and panel.alone:
        st.rerun()  # the whole page: it stops looking, and the form may compare with this result
    draw_slot(now.run, now.view, panel.before)
    if now.view is not None:
        _draw_view(now.run, now.view, alone=panel.alone)
    elif not now.run.over:
        _draw_view(now.run, unexplained(str(now.run.request["response"])), alone=False)


def _draw_missing(problem: Problem, result: str) -> None:
    if problem.status != 404:
        with error_banner(problem, key="missing", kept="The result is kept.", result=result):
            if pressed("Try again", key="look_again"):
                st.rerun()
        return
    text = "No result has this address: it was deleted, or it belongs to another service."
    with banner("Not found", text, key="missing", note=f"result {result[:8]}"):
        st.page_link(HISTORY, label="Open History")
        if pressed("Show a case", key="show_case"):
            go(Place())
            st.rerun()


def _draw_bars() -> None:
    """Where the text will stand, while not even that is known."""
    st.html('<div class="bars" aria-label="loading"><i></i><i></i><i></i><i></i></div>')


def _draw_view(run: Run, view: View, *, alone: bool) -> None:
    """A token pinned since the last drawing is measured first: the browser shows the pin without us."""
    measured = checks_of(run.id)
    if measured.first_pin is None:
        measured.first_pin = view["pinned"]
    pin = _pin(view, measured)
    is_final = run.over and run.has_result
    if alone and is_final and pin is not None and _is_due(pin, measured):
        _measure(run.id, view, pin, None, measured)
    drawn = {**view, "notice": "", "pinned": measured.first_pin}  # the slot says the notice
    credit_view(drawn, key=_key(run.id), checks=_drawn_checks(measured, pin))
    _draw_replacement(view, pin, measured, is_final=is_final)


def _key(result: str) -> str:
    return f"{Key.CREDIT}_{result}"


def _pin(view: View, measured: Checks) -> int | None:
    """The token that the reader pinned, else the one that was pinned first."""
    chosen = pinned(view, key=_key(measured.result))
    return measured.first_pin if chosen is None else chosen


def _is_due(pin: int, measured: Checks) -> bool:
    return pin not in measured.rows and not service_down() and why_not_run() is None


def _drawn_checks(measured: Checks, pin: int | None) -> Mapping[str, Any] | None:
    return {"token": pin, "rows": measured.rows[pin]} if pin in measured.rows else None


def _draw_replacement(view: View, pin: int | None, measured: Checks, *, is_final: bool) -> None:
    """Always there, so that nothing below moves when the credit comes."""
    no = why_not_run()
    waits = pin is None or not is_final or service_down() or no is not None
    with st.container(key="replacement", horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Replace the pinned word by",
            key=f"{Key.REPLACEMENT}_{pin}",
            max_chars=LONGEST_REPLACEMENT,
            placeholder="" if pin is None else word_of(view, pin),
            disabled=waits,
        )
        if pressed("Measure", key="measure", disabled=waits, help=no) and pin is not None:
            _measure(measured.result, view, pin, text or "", measured)
            draw_panel_again()
        if measured.failure:
            st.html(f'<div class="small" role="status">{in_html(measured.failure)}</div>')


def _measure(result: str, view: View, pin: int, replacement: str | None, measured: Checks) -> bool:
    """Ask what edits really do; whether that is known now."""
    try:
        _, edits = service().try_edits(result, edits_for(view, pin, replacement))
    except ServiceError as error:
        detail = (error.detail or error.title) if isinstance(error, Problem) else "the service does not answer"
        measured.failure = f"Not measured: {detail}."
        return False
    measured.rows[pin], measured.failure = rows_of(view, edits), ""
    return True
