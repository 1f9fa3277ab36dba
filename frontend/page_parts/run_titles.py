"""Stored runs in a few words, for rows, pickers and heads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from frontend.client.bodies import RunSummary
from frontend.page_parts.times import moment

KINDS: Mapping[str, str] = {"attribution": "explanation", "group": "group"}
STATES: Mapping[str, str] = {
    "queued": "in line",
    "running": "running",
    "cancelling": "stopping",
    "succeeded": "complete",
    "failed": "failed",
    "cancelled": "stopped",
    "interrupted": "interrupted",
}
"""The states of the service, as the screen says them."""

_LONGEST_PROMPT = 70
_LISTED_PROMPT = 120
"""The service lists no more of a prompt than this."""


def state_words(run: RunSummary) -> str:
    """Its state, and whether what it has is partial."""
    partial = ", partial result" if run.has_result and run.partial else ""
    return f"{STATES.get(run.state, run.state)}{partial}"


def prompt_words(run: RunSummary, most: int = _LISTED_PROMPT) -> str:
    """The beginning of the prompt on one line, with an ellipsis where it goes on."""
    line = " ".join(run.prompt_start.split())
    cut = len(line) > most or len(run.prompt_start) >= _LISTED_PROMPT
    return f"{line[: most - 1].rstrip()}…" if cut else line or "(no prompt)"


def run_title(run: RunSummary, zone: tzinfo) -> str:
    """One line that tells stored runs apart: when, what, reward, the beginning of the prompt."""
    when = moment(run.created_at, zone, datetime.now(UTC))
    return f"{when} · {KINDS.get(run.kind, run.kind)} · {run.reward_kind} · {prompt_words(run, _LONGEST_PROMPT)}"
