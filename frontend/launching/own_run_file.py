"""A run file of one's own, pasted or uploaded: the service judges it, then it fills the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st

from frontend.banner import sentence
from frontend.client.errors import Problem, ServiceError
from frontend.client.job_bodies import Preset
from frontend.connection import service
from frontend.escaping import in_html
from frontend.launching.own_prompts import own_rows
from frontend.launching.run_draft import fields_of
from frontend.launching.settings_form import fill_settings
from frontend.launching.uploaded_text import uploaded_text_field
from frontend.page_frame import service_down
from frontend.plain_yaml import NotPlain, plain_yaml
from frontend.session import Key

MOST_CHARACTERS = 100_000
PAIRED, PLAIN = "paired", "short"
"""The preset that makes two runs; the one that says no more than the defaults do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Which preset the last file was filled in under. `turn` counts the files, for the key of the presets' view."""

    preset: str
    turn: int


def loaded() -> Loaded:
    """Turn 0 before the first file."""
    return cast("Loaded", st.session_state.get(Key.TRAIN_LOADED, Loaded(preset="", turn=0)))


def draw_load(presets: Sequence[Preset]) -> None:
    """The fold with the field, and the button that fills the form; what is wrong with the file stands below."""
    with st.expander("**Load** a run file, pasted or uploaded", key="train_load_fold"):
        uploaded_text_field(
            "A run file, YAML",
            Key.TRAIN_FILE,
            file_key=Key.TRAIN_FILE_UPLOAD,
            types=["yaml", "yml", "txt"],
            most=MOST_CHARACTERS,
            placeholder="rule: blend\nmodel: smollm2\ndata: product_search\nsteps: 40",
        )
        st.button("Fill the form", key="train_load", disabled=service_down(), on_click=_load, args=(presets,))
        wrong = "".join(f"<p>{in_html(line)}</p>" for line in st.session_state.get(Key.TRAIN_FILE_REFUSED, ()))
        if wrong:
            st.html(f'<div class="field-error" role="alert">{wrong}</div>')


def _load(presets: Sequence[Preset]) -> None:
    """The form then holds the file as the service reads it; refused, the form stays as it was."""
    st.session_state.pop(Key.TRAIN_FILE_REFUSED, None)
    try:
        run = _read(str(st.session_state.get(Key.TRAIN_FILE) or ""))
        preset = _preset(run, presets)
        whole = plain_yaml(service().preview_job(_sent(run), rows=own_rows()).yaml)
    except NotPlain as error:
        st.session_state[Key.TRAIN_FILE_REFUSED] = [f"The file {error}."]
    except ServiceError as error:
        st.session_state[Key.TRAIN_FILE_REFUSED] = _told(error)
    else:
        fill_settings(fields_of(whole))
        st.session_state[Key.TRAIN_FILLED] = preset
        st.session_state[Key.TRAIN_LOADED] = Loaded(preset=preset, turn=loaded().turn + 1)


def _read(text: str) -> dict[str, Any]:
    run = plain_yaml(text)
    if not isinstance(run, dict) or not run:
        raise NotPlain("must hold settings and their values, such as “steps: 40”")
    return run


def _sent(run: Mapping[str, Any]) -> dict[str, Any]:
    """Where prompts go with the request, the file's own name for them means nothing."""
    return {name: value for name, value in run.items() if name != "data" or own_rows() is None}


def _preset(run: Mapping[str, Any], presets: Sequence[Preset]) -> str:
    """Under which preset the form shows it; every setting is filled in, so only a pair is more than a name."""
    possible = [one.name for one in presets if one.impossible is None]
    if run.get("preset") in possible:
        return str(run["preset"])
    alone = [name for name in possible if name != PAIRED]
    if not alone:
        raise NotPlain("cannot be shown: no preset is possible on this machine")
    return PLAIN if PLAIN in alone else alone[0]


def _lines(path: str, message: str) -> list[str]:
    """Of a whole run the service says `run: lora.rank: too small; steps: too many`."""
    return message.removeprefix("run: ").split("; ") if path == "body.run" else [message]


def _told(error: ServiceError) -> list[str]:
    """The service's lines, each with the setting at fault."""
    if not isinstance(error, Problem):
        return ["The service does not answer; try again once it is back."]
    lines = [line for path, message in error.fields for line in _lines(path, message)]
    return [sentence(line) for line in lines] or [sentence(error.detail or error.title)]
