"""Health: whether the service takes work, how busy it is, what is loaded. Looks again every few seconds."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from frontend.banner import error_banner
from frontend.client.bodies import Model, Readiness, Status
from frontend.client.errors import Problem, ServiceError, Unavailable
from frontend.connection import service
from frontend.page_parts.health_words import CHECKS, headline, size
from frontend.page_parts.sentence import draw_quiet, draw_sentence, draw_title
from frontend.page_parts.style import draw_parts_style
from frontend.page_parts.tables import Fact, draw_facts, draw_table
from frontend.page_parts.times import reader_zone
from frontend.session import Key

SECONDS_BETWEEN_LOOKS = 3.0


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def draw_health() -> None:
    """Everything, as it is now; what was seen last while the service does not answer."""
    try:
        ready, status = service().ready(), service().status()
    except Unavailable:
        _draw_down()
        return
    except Problem as problem:
        draw_sentence([("text", "The service refuses to tell its state.")])
        with error_banner(problem, key="health", kept="Check OSPO_TOKEN of the screen and of the service."):
            pass
        return
    st.session_state[Key.LAST_HEALTH] = (ready, status, datetime.now().astimezone())
    draw_sentence(headline(ready, status))
    _draw_state(ready, status)
    _draw_models()


def _draw_state(ready: Readiness, status: Status) -> None:
    left, right = st.columns(2, gap="large")
    queue, hanging = status.queue, status.rewards_left_behind
    with left:
        draw_title("Readiness")
        draw_facts([_check(name, holds) for name, holds in ready.checks.items()], heads=("condition", "holds"))
        draw_title("Training")
        draw_facts([_workers(status.workers)], heads=("what", "now"))
        draw_title("Queue")
        draw_facts(
            [
                Fact("Working", f"{queue.working} of {queue.slots}"),
                Fact("Waiting", f"{queue.waiting} of {queue.length}"),
                Fact("Most runs of one client", str(queue.per_client)),
                Fact("Open event streams", str(status.streams)),
                Fact("Rewards that hang", str(hanging), alarm=hanging > 0),
            ],
            heads=("what", "now"),
        )
    with right:
        draw_title("Process")
        memory = "unknown" if status.memory_bytes is None else size(status.memory_bytes)
        versions = [Fact(name, version) for name, version in status.versions.items()]
        draw_facts([Fact("Device", status.device), Fact("Memory", memory), *versions], heads=("what", "value"))
        draw_title("Rewards in memory")
        if status.rewards_loaded:
            draw_quiet(", ".join(status.rewards_loaded))
        else:
            draw_quiet("None yet. The first run with a reward loads it.")


def _check(name: str, holds: bool) -> Fact:
    words, meaning = CHECKS.get(name, (name, "no"))
    return Fact(words, "yes" if holds else meaning, alarm=not holds)


def _workers(count: int | None) -> Fact:
    if count is None:
        return Fact("Workers", "unknown: the store does not answer", alarm=True)
    return Fact("Workers", str(count) if count else "none: start one with python -m backend.worker", alarm=not count)


def _draw_models() -> None:
    draw_title("Models", "that a request may name")
    try:
        models = _models()
    except ServiceError as error:
        with error_banner(error, key="models", kept="The rest of this page is as of now."):
            pass
        return
    if not models:
        draw_quiet("None. The service was started without any.")
        return
    heads = ("model", "what it is", "licence", "installed")
    draw_table(heads, [[m.name, m.summary, m.licence or "unknown", "yes" if m.installed else "no"] for m in models])


@st.cache_data(ttl=30, max_entries=1, show_spinner=False, scope="session")
def _models() -> list[Model]:
    return service().models()


def _draw_down() -> None:
    """The last state seen in this session, and how to start the service."""
    seen = st.session_state.get(Key.LAST_HEALTH)
    draw_sentence([("strong", "The service is not answering"), ("text", ". This page looks again every few seconds.")])
    draw_quiet("Start it with: python -m backend. Or start it together with this screen: make run.")
    if seen is None:
        draw_quiet("Nothing was heard of it since this page was opened.")
        return
    ready, status, when = seen
    draw_title("Last seen", f"at {when.astimezone(reader_zone()).strftime('%H:%M:%S')}; nothing below is of now")
    _draw_state(ready, status)


draw_parts_style()
draw_health()
