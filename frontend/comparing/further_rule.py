"""A rule or clip that the stored group does not have yet: what it would cost, and a button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from frontend.banner import banner
from frontend.client.bodies import Preview, Run
from frontend.client.errors import ServiceError
from frontend.comparing.group_request import clip_words, further_request, rule_words
from frontend.comparing.starting import draw_start_button, open_stored
from frontend.connection import service
from frontend.numbers import count, duration


def draw_further(run: Run, rule: str, clip: str, *, drawn: str) -> None:
    """The banner; where the service has the result already it is opened at once.

    Args:
        run: the stored group.
        rule: chosen.
        clip: chosen, by its name.
        drawn: the rule that the page shows meanwhile.
    """
    body = further_request(run.request, rule, clip)
    try:
        preview = _preview(body)
    except ServiceError:
        preview = None
    if preview is not None and preview.stored:
        open_stored(body, rule)
        st.rerun()
    stored = clip_words(run.request["clip"])
    what = rule_words(rule) if clip == stored else f"{rule_words(rule)}, clip {clip}"
    text = f"{cost_words(preview)} Shown meanwhile: {rule_words(drawn)}{'' if stored == 'off' else f', clip {stored}'}."
    with banner(f"Not compared under {what} yet", text, key="further"):
        draw_start_button("Compare", body, rule, after=run.id, type="primary")


def cost_words(preview: Preview | None) -> str:
    """What it takes at most: what the service remembers is not asked again, and it cannot be told beforehand."""
    if preview is None:
        return "Texts that the service remembers are not scored again."
    time = "" if preview.seconds is None else f", about {duration(preview.seconds)}"
    most = count(preview.planned_evaluations, "evaluation")
    return f"At most {most}{time}; texts that the service remembers are not scored again."


@st.cache_data(ttl=60, max_entries=32, show_spinner=False, scope="session")
def _preview(body: Mapping[str, Any]) -> Preview:
    return service().preview_group(body)
