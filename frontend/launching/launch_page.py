"""The Train page: presets, the price, Start; below them the settings, with the command and the file beside them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.banner import banner, error_banner
from frontend.client.errors import Problem, ServiceError, Unavailable
from frontend.client.job_bodies import JobPreview, Preset
from frontend.components import preset_view
from frontend.connection import service
from frontend.draft import digest
from frontend.escaping import in_html
from frontend.launching.own_prompts import ROWS, draw_own_prompts, own_rows
from frontend.launching.own_run_file import PAIRED, draw_load, loaded
from frontend.launching.preflight import preflight_detail, preflight_parts
from frontend.launching.run_draft import DEFAULTS, UnreadableField, errors_by_field, fields_of, price_of, run_of
from frontend.launching.settings_form import (
    draw_name,
    draw_settings,
    fill_settings,
    read_settings,
    settings_there,
)
from frontend.page_frame import service_down
from frontend.page_parts.pages import RUNS
from frontend.page_parts.sentence import Part, draw_quiet, draw_sentence, draw_title
from frontend.permission import why_not_run
from frontend.pressing import pressed
from frontend.reward_kinds import reward_kinds
from frontend.session import Key, Param

SENTENCES: Mapping[str, str] = {
    PAIRED: "Train the same model twice, once with flat credit and once with Owen credit, and see which learns.",
}
SENTENCE = "Train a model on credit for every token, and watch what it learns."
_FIELDS = tuple(fields_of(DEFAULTS))
WAITING = '<div class="bars" aria-hidden="true"><i></i><i></i><i></i></div>'
_UNKNOWN = "Known once the settings are right and the service answers."
_NOTE = (
    "Token credit follows the reward’s blind spots faster than flat credit does: where a reward pays for lists of "
    "keywords, it writes them. Watch an unseen reward and the fluency beside the reward."
)


def draw_launch() -> None:
    """Empty while there are no presets to show."""
    presets = _presets()
    if not presets:
        draw_sentence([("text", SENTENCE)])
        if service_down():
            draw_quiet(
                "The presets lie with the service, which is not answering. They are shown as soon as it is back."
            )
        return
    _draw_page(presets)


def _presets() -> Sequence[Preset]:
    """Asked for in every run, since a machine may get a GPU; those that were seen last where nobody answers."""
    waiting = st.empty()
    if Key.PRESETS not in st.session_state:
        waiting.html(WAITING)
    try:
        st.session_state[Key.PRESETS] = service().training_presets()
    except Unavailable:
        pass  # the frame's banner says so
    except Problem as problem:
        with error_banner(problem, key="presets", kept="Nothing was started."):
            pass
    waiting.empty()
    return st.session_state.get(Key.PRESETS, ())


@st.fragment
def _draw_page(presets: Sequence[Preset]) -> None:
    sentence = st.empty()
    _tell(sentence, st.session_state.get(Key.TRAIN_FILLED, PAIRED))  # at once: the presets below it must not move
    preset = _chosen(presets)
    _tell(sentence, preset.name)
    _fill(preset)
    run, errors = _run(preset)
    waiting = st.empty()  # always there: what follows a new element is drawn anew, and an open fold closes
    preview, refusal = _preview(run, waiting) if run is not None else (None, None)
    errors = errors | _by_field(refusal)
    price = price_of({**preset.run, **(run or {})})
    started = _draw_flight(
        preset,
        preflight_parts(price, preview),
        preflight_detail(price, preview, pair=preset.name == PAIRED),
        ready=preview is not None,
    )
    with st.container():  # always there, so that a banner takes nothing else's place
        _draw_refusals(refusal, errors)
    with st.container(key="train_grid"):
        with st.container(key="train_settings"):
            draw_title("Settings")
            draw_settings(errors, [kind.name for kind in reward_kinds()])
            draw_own_prompts(errors)
            draw_quiet(_NOTE, "quiet note")
        with st.container(key="train_files"):
            _draw_files(preview, presets)
    if started and run is not None:
        _start(run)


def _tell(place: DeltaGenerator, preset: str) -> None:
    with place:
        draw_sentence([("text", SENTENCES.get(preset, SENTENCE))])


def _chosen(presets: Sequence[Preset]) -> Preset:
    """The reader's choice; before there is one that of the file that was loaded, else the pair."""
    last = loaded()
    wanted = (last.preset, PAIRED)
    possible = [place for place, one in enumerate(presets) if not one.impossible] or [0]
    first = min(possible, key=lambda place: [presets[place].name != name for name in wanted])
    key = f"{Key.PRESET}_{last.turn}" if last.turn else Key.PRESET
    return presets[preset_view([asdict(one) for one in presets], first=first, key=key)]


def _fill(preset: Preset) -> None:
    """The preset's values, once; what the reader then changes stays until another preset is chosen."""
    if st.session_state.get(Key.TRAIN_FILLED) == preset.name and settings_there(_FIELDS):
        return
    fill_settings(fields_of(preset.run))
    st.session_state[Key.TRAIN_FILLED] = preset.name
    st.session_state.pop(Key.TRAIN_REFUSED, None)


def _run(preset: Preset) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """The run file, or which field cannot be read."""
    try:
        fields = read_settings(_FIELDS)
        return run_of(preset.name, preset.run, fields, own_rows=own_rows() is not None), {}
    except UnreadableField as error:
        return None, {error.name: f"It {error}."}


def _preview(run: Mapping[str, Any], waiting: DeltaGenerator) -> tuple[JobPreview | None, ServiceError | None]:
    """Asked once for what the form says now; what the service refuses is told by field."""
    told = _digest(run)
    kept = cast("tuple[str, JobPreview] | None", st.session_state.get(Key.JOB_PREVIEW))
    if kept is not None and kept[0] == told:
        return kept[1], st.session_state.pop(Key.TRAIN_REFUSED, None)
    waiting.html(WAITING)
    try:
        preview = service().preview_job(run, rows=own_rows())
    except ServiceError as error:
        return None, error
    finally:
        waiting.empty()
    st.session_state[Key.JOB_PREVIEW] = (told, preview)
    return preview, st.session_state.pop(Key.TRAIN_REFUSED, None)


def _digest(run: Mapping[str, Any]) -> str:
    """Of all that would be sent."""
    return digest({"run": run, "rows": own_rows()})


def _by_field(refusal: ServiceError | None) -> dict[str, str]:
    return errors_by_field(refusal.fields) if isinstance(refusal, Problem) else {}


def _draw_flight(preset: Preset, parts: Sequence[Part], detail: str, *, ready: bool) -> bool:
    """The price at the left, Start at the right; whether Start was pressed."""
    marked = "".join(f"<b>{in_html(text)}</b>" if kind == "strong" else in_html(text) for kind, text in parts)
    with st.container(key="flight", horizontal=True, vertical_alignment="bottom"):
        st.html(
            f'<div role="status"><div class="small">Preflight</div><p class="big">{marked}</p>'
            f'<div class="quiet">{in_html(detail)}</div></div>',
            width="stretch",
        )
        draw_name()
        label = "Start pair" if preset.name == PAIRED else "Start"
        no = why_not_run()
        disabled = service_down() or not ready or preset.impossible is not None or no is not None
        return pressed(label, key="train_start", type="primary", disabled=disabled, help=no)


def _draw_refusals(refusal: ServiceError | None, errors: Mapping[str, str]) -> None:
    """What belongs to no field; fields that are wrong are counted, since one may be folded away."""
    elsewhere = [message for name, message in errors.items() if name not in (*_FIELDS, ROWS)]
    if isinstance(refusal, Problem) and (elsewhere or not errors):
        with error_banner(refusal, key="train", kept="What you set is kept."):
            pass
    elif errors:
        many = "One setting is" if len(errors) == 1 else f"{len(errors)} settings are"
        with banner("Not ready", f"{many} wrong; see below.", key="train"):
            pass
    elif isinstance(refusal, Unavailable) and not service_down():
        with error_banner(refusal, key="train", kept="What you set is kept."):
            st.button("Try again")  # a press draws the page again, which asks again


def _draw_files(preview: JobPreview | None, presets: Sequence[Preset]) -> None:
    draw_title("Command")
    if preview is None:
        draw_quiet(_UNKNOWN)
    else:
        st.code(preview.command, language=None, wrap_lines=True)
    draw_title("run.yaml")
    draw_load(presets)
    if preview is not None:
        st.code(preview.yaml, language=None)
        st.download_button(
            "Save run.yaml", preview.yaml, file_name="run.yaml", mime="application/yaml", on_click="ignore"
        )


def _start(run: Mapping[str, Any]) -> None:
    """Pressed twice it is one run: a key of its own goes with what the form says until it was taken."""
    told = _digest(run)
    kept = cast("tuple[str, str] | None", st.session_state.get(Key.TRAIN_DRAFT))
    if kept is None or kept[0] != told:
        kept = st.session_state[Key.TRAIN_DRAFT] = (told, str(uuid.uuid4()))
    try:
        job = service().start_job(run, rows=own_rows(), key=kept[1])
    except ServiceError as error:
        st.session_state[Key.TRAIN_REFUSED] = error
        st.rerun()
    st.session_state.pop(Key.TRAIN_DRAFT)
    st.switch_page(RUNS, query_params={Param.RUN: job.id})
