"""What a run would take: reward calls from its settings, seconds at the pace of a run like it, or roughly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.jobs.journal import Event
from ospo_core.redistribution.named import Needs, rule_named
from ospo_core.training.run_file import RunFile

_SECONDS_A_TOKEN: Mapping[str, float] = {"toy": 0.005, "smollm2": 0.06}
"""Of a completion, with its share of credit and update, on two cores. Rough: a machine may be several times faster."""
_START_SECONDS = 20.0
_MEMORY_BYTES: Mapping[str, int] = {"toy": 1_000_000_000, "smollm2": 3_000_000_000}
"""Rough, of the whole process on a processor at the presets' sizes."""


def reward_calls(run: RunFile) -> int:
    """At most so many distinct evaluations of the reward in all steps."""
    return run.steps * completions(run) * evaluations(run)


def evaluations(run: RunFile) -> int:
    """Of one completion at most, its own reward among them: what training plans for as many players as tokens.

    The run's own bound is for Owen values alone, and there one pair of orders is drawn whatever it says.
    """
    players = run.max_new_tokens
    match rule_named(run.rule).needs:
        case Needs.NOTHING:
            return 1
        case Needs.UNITS:
            return 1 + 2 * players + 1
        case Needs.PREFIXES:
            return 1 + players + 1
        case Needs.CREDIT | Needs.EFFICIENT_CREDIT:
            return 1 + max(run.evaluations, 2 * players)


def completions(run: RunFile) -> int:
    """Of one step."""
    return run.prompts_per_step * run.group_size


def rough_seconds(run: RunFile) -> float | None:
    """Without any run to go by; None for models of which nothing is known."""
    each = _SECONDS_A_TOKEN.get(run.model)
    return None if each is None else _START_SECONDS + run.steps * completions(run) * run.max_new_tokens * each


def seconds_at(pace: float, measured: Mapping[str, Any], run: RunFile) -> float:
    """At the seconds a step of another run, `measured`, in proportion to the tokens that a step makes at most."""
    of_other = measured["prompts_per_step"] * measured["group_size"] * measured["max_new_tokens"]
    return run.steps * pace * completions(run) * run.max_new_tokens / of_other


def memory_bytes(run: RunFile) -> int | None:
    """Of the trainer."""
    return _MEMORY_BYTES.get(run.model)


def pace_of(events: Sequence[Event]) -> float | None:
    """Seconds a step over the last steps of one attempt; None where there are fewer than two."""
    steps = [event.line for event in events if event.line["kind"] == "step"]
    latest = [line for line in steps if line.get("attempt") == steps[-1].get("attempt")]
    if len(latest) < 2 or latest[-1]["step"] <= latest[0]["step"]:
        return None
    return (latest[-1]["seconds"] - latest[0]["seconds"]) / (latest[-1]["step"] - latest[0]["step"])
