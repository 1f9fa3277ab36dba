"""The film strip on the page: which prompt, the frames, and a sample opened in Explore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from frontend.client.training_events import Sample
from frontend.components import film_view
from frontend.page_parts.pages import EXPLORE
from frontend.page_parts.sentence import draw_quiet, draw_title
from frontend.session import Key, PickedSample
from frontend.watching.film import film, prompts, sample_at
from frontend.watching.run_pair import NamedRun


def draw_film(runs: Sequence[NamedRun]) -> None:
    """Nothing before the first samples are there."""
    known = prompts(runs)
    if not known:
        return
    with st.container(key="film_head", horizontal=True, vertical_alignment="center"):
        draw_title("One prompt over the run", "reward, its change against the first frame, tokens")
        place = _prompt(len(known))
    draw_quiet(f"“{known[place]}”", "prompt-line")
    view = film(runs, known[place])
    opened = film_view(view, key=f"{Key.FILM}_{runs[0].job.id}_{place}")
    if opened is not None:
        sample = sample_at(runs, known[place], row=opened.row, step=opened.step)
        if sample is not None:
            _open(runs[opened.row], sample, opened.step)


def _prompt(count: int) -> int:
    if count == 1:
        return 0
    key = Key.FILM_PROMPT
    if st.session_state.get(key) not in range(count):
        st.session_state[key] = 0
    chosen = st.segmented_control(
        "Prompt",
        range(count),
        key=key,
        format_func=lambda place: f"Prompt {place + 1}",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return 0 if chosen is None else chosen


def _open(run: NamedRun, sample: Sample, step: int) -> None:
    """The texts go by the session: an address ends up in logs."""
    request = {
        "prompt": sample.prompt,
        "response": sample.text,
        "reward": reward_of(sample.scored_by or run.job.config.get("reward")),
        "options": {"players": run.job.config.get("players") or "word"},
    }
    origin = f"sample {run.job.id} {step} {sample.prompt}"
    st.session_state[Key.SAMPLE] = PickedSample(origin=origin, request=request)
    st.switch_page(EXPLORE, query_params={"case": "text"})


def reward_of(given: object) -> dict[str, Any]:
    """A reward as files name it, in the form that Explore takes: the kind, and the settings beside it."""
    reward = dict(given) if isinstance(given, Mapping) else {}
    kind = str(reward.pop("kind", "similarity"))
    return {"kind": kind, "settings": reward}
