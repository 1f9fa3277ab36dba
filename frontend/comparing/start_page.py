"""Where Compare begins: stored groups, two results to choose, and bundled groups, so that there is always a way on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from frontend.banner import error_banner
from frontend.client.bodies import Example, RunSummary
from frontend.client.errors import ServiceError
from frontend.comparing.address import Pair, open_group, open_pair
from frontend.comparing.starting import draw_start_button
from frontend.comparing.step_policy import chosen_policy
from frontend.connection import service
from frontend.escaping import in_html, in_label
from frontend.numbers import count
from frontend.page_parts.pages import EXPLORE, HISTORY, TREE
from frontend.page_parts.run_titles import prompt_words, state_words
from frontend.page_parts.sentence import Part, draw_quiet, draw_sentence, draw_title
from frontend.page_parts.times import moment, reader_zone

LISTED = 10
FIRST_RULES = ("signed", "proportional")


def draw_start() -> None:
    """Lists what can be opened; without the service, a way to what works without it."""
    waiting = st.empty()
    waiting.html('<div class="waiting"><i></i><i></i><i></i></div>')
    try:
        groups = service().groups(limit=LISTED).items
        examples = _examples()
    except ServiceError as error:
        waiting.empty()
        draw_sentence([("text", "Stored groups are listed when the service answers.")])
        with error_banner(error, key="compare", kept="The bundled cases of Explore work without it."):
            st.page_link(EXPLORE, label="Open Explore")
        _draw_possible()
        return
    waiting.empty()
    draw_sentence(headline(groups))
    if chosen_policy():
        draw_quiet(f"Run {chosen_policy()[:8]} is the policy of the one-step preview below a group.")
    if groups:
        _draw_groups(groups)
    _draw_examples(examples)
    draw_title("Two results", "two rules, two rewards or two texts, with the difference of every token")
    with st.container(horizontal=True):
        st.button(
            "Choose two results",
            on_click=open_pair,
            args=(Pair(left=next((run.id for run in groups), None)),),
            disabled=not groups,
        )
        st.page_link(HISTORY, label="Select them in the history")


def _draw_possible() -> None:
    """While nothing can be compared: what waits, and where the same question is answered without the service."""
    draw_title("Without the service")
    draw_quiet("Groups and results are stored by it, so none can be opened or computed here until it is back.")
    draw_quiet("Two bundled cases need nobody: their maps lay GRPO's flat advantage beside Owen credit.")
    with st.container(horizontal=True):
        st.page_link(EXPLORE, label="One critical error", query_params={"case": "error"})
        st.page_link(EXPLORE, label="One brilliant phrase", query_params={"case": "phrase"})
        st.page_link(TREE, label="Where in the text its credit lies", query_params={"case": "error"})


def headline(groups: Sequence[RunSummary]) -> list[Part]:
    """How many there are to open."""
    if not groups:
        return [("text", "No group is stored yet. Compare a bundled one, or paste several responses in Explore.")]
    some = f"The newest {LISTED} groups" if len(groups) == LISTED else count(len(groups), "group")
    rest = "is stored. Open it" if len(groups) == 1 else "are stored. Open one"
    return [("strong", some), ("text", f" {rest} to see which tokens its rules disagree on.")]


def _draw_groups(groups: Sequence[RunSummary]) -> None:
    zone, now = reader_zone(), datetime.now(UTC)
    draw_title("Stored groups")
    for run in groups:
        with st.container(horizontal=True, vertical_alignment="center", key=f"group_row_{run.id}"):
            # No page link: to the page that it stands on, Streamlit 1.67 leaves the address as it is.
            label = in_label(prompt_words(run))
            st.button(label, type="tertiary", key=f"open_{run.id}", on_click=open_group, args=(run.id,))
            st.html(f'<div class="run-facts">{in_html(f"{run.reward_kind} · {state_words(run)}")}</div>')
            st.html(f'<div class="run-when">{in_html(moment(run.created_at, zone, now))}</div>')


def _draw_examples(examples: Sequence[Example]) -> None:
    draw_title("Bundled groups", f"under {' and '.join(FIRST_RULES)}")
    for example in examples:
        with st.container(horizontal=True, vertical_alignment="center", key=f"group_row_{example.name}"):
            draw_quiet(example.title)
            facts = f"{count(len(example.responses), 'response')} · {example.reward['kind']}"
            st.html(f'<div class="run-facts">{in_html(facts)}</div>')
            draw_start_button("Compare", example_request(example), key=f"compare_{example.name}")


def example_request(example: Example) -> dict[str, object]:
    """The body that compares a bundled case."""
    return {
        "prompt": example.prompt,
        "responses": list(example.responses),
        "reward": dict(example.reward),
        "rules": list(FIRST_RULES),
    }


@st.cache_data(ttl=300, max_entries=1, show_spinner=False, scope="session")
def _examples() -> list[Example]:
    return service().examples()
