"""One step previewed on a group: asked for by a button, followed as it goes on, drawn as two maps and a difference.

While it goes on the page waits for it. Whatever a reader does meanwhile ends it: the stream is closed, and the service
leaves the work after the part that is under way.
"""

from __future__ import annotations

from typing import cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.banner import error_banner
from frontend.client.bodies import Run, View
from frontend.client.errors import ServiceError
from frontend.comparing.group_request import FLAT, rule_words
from frontend.comparing.step_policy import chosen_policy, draw_policy
from frontend.components import pair_view, sentence_view
from frontend.connection import service
from frontend.numbers import duration
from frontend.page_parts.sentence import draw_quiet, draw_title
from frontend.permission import why_not_run
from frontend.session import Key

_OFFER = (
    "What one GRPO step and one step under {rule} would each do to every token’s probability, on the bundled language "
    "model or on one that was trained here. It reads each response five times, twice of them for a gradient, and shows "
    "a direction, not an outcome."
)
Asked = tuple[str, str, str]
"""The group, the rule, and the training run whose model makes the step."""


def draw_one_step(run: Run, rule: str, row: int) -> None:
    """The offer, the work or the views, by what was asked for. `row`: the response that is open."""
    if rule == FLAT or rule not in run.request["rules"] or run.partial:
        return
    draw_title("One step")
    draw_policy()
    # One place for all: while the page waits for the step, nothing of the offer is left standing.
    with st.empty().container():
        _draw_state(run, rule, row)


def _draw_state(run: Run, rule: str, row: int) -> None:
    here = (run.id, rule, chosen_policy())
    views = _kept(here)
    if views is not None:
        view = views[min(row, len(views) - 1)]
        sentence_view(view["sentence"], key=f"{Key.STEP_SENTENCE}_{run.id}")
        pair_view({**view, "sentence": []}, key=f"{Key.STEP_VIEW}_{run.id}")
    elif st.session_state.get(Key.STEP_ASKED) == here:
        _follow(run, here)
    else:
        draw_quiet(_OFFER.format(rule=rule_words(rule)))
        no = why_not_run()
        st.button(
            "Preview one step", key=Key.STEP_BUTTON, on_click=_ask, args=(here,), disabled=no is not None, help=no
        )


def _kept(here: Asked) -> list[View] | None:
    kept = cast("tuple[Asked, list[View]] | None", st.session_state.get(Key.STEP_SHOWN))
    return kept[1] if kept is not None and kept[0] == here else None


def _ask(here: Asked) -> None:
    st.session_state[Key.STEP_ASKED] = here


def _forget() -> None:
    st.session_state.pop(Key.STEP_ASKED, None)


def _follow(run: Run, here: Asked) -> None:
    bar = st.progress(0.0)
    with st.container(horizontal=True, vertical_alignment="center"):
        told = st.empty()
        st.button("Stop", on_click=_forget, key=Key.STEP_STOP)
    told.caption("Waiting for a slot; the language model is loaded if it is not there yet")
    try:
        views = _followed(here, bar, told)
    except ServiceError as error:
        _forget()
        with error_banner(error, key="step", kept="The comparison is as it was.", result=run.id):
            st.button("Try again", on_click=_ask, args=(here,))
        return
    _forget()
    st.session_state[Key.STEP_SHOWN] = (here, views)
    st.rerun()


def _followed(here: Asked, bar: DeltaGenerator, told: DeltaGenerator) -> list[View]:
    """The views, once they are there. Raises: ServiceError: it is refused, away, or the step failed."""
    run_id, rule, policy = here
    for event in service().step(run_id, rule, job=policy or None):
        if event.name == "step":
            return event.data["views"]
        done, planned = event.data.get("done", 0), event.data.get("planned", 0)
        if planned:
            bar.progress(done / planned)
            eta = event.data.get("eta_seconds")
            told.caption(f"{done} of {planned} parts" + (f" · about {duration(eta)} left" if eta else ""))
    raise RuntimeError("a stream of a step ends with the step or its problem")
