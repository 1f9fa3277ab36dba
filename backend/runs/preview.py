"""What a request would take, told before it is made: nothing is scored, queued or stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from backend.rewards.pace import Pace
from backend.rewards.policy import Allowed
from backend.runs.layout import Layout
from ospo_core.report.numbers import count

MOST_EXACT = 10**9


class PreviewView(BaseModel):
    """Of a group, sums over its responses. Evaluations are at most these: texts that repeat are scored once."""

    tokens: int
    players: int
    planned_evaluations: int
    exact_evaluations: int | None = Field(description=f"of the exact value; null beyond {MOST_EXACT:,}")
    exact_evaluations_text: str = Field(description="the same for people")
    seconds: float | None = Field(description="for the planned ones, at the pace of this process; null before there is")
    exact_seconds: float | None
    forward_tokens: int | None = Field(description="that models would read; null before there is a pace")
    stored: bool = Field(description="the store would answer; false too where the reward was not yet built here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One response, and the evaluations that are planned of it."""

    layout: Layout
    evaluations: int


def preview(plans: Sequence[Planned], allowed: Allowed, pace: Pace, *, stored: bool) -> PreviewView:
    """The sums. A coalition is taken to keep half of the response's characters."""
    exact = sum(plan.layout.exact for plan in plans)
    planned = sum(plan.evaluations for plan in plans)
    known = pace.of(allowed)
    characters = sum(plan.evaluations * plan.layout.characters / 2 for plan in plans)
    within = exact <= MOST_EXACT
    exact_characters = sum(plan.layout.exact * plan.layout.characters / 2 for plan in plans) if within else 0.0
    return PreviewView(
        tokens=sum(plan.layout.tokens for plan in plans),
        players=sum(plan.layout.players for plan in plans),
        planned_evaluations=planned,
        exact_evaluations=exact if within else None,
        exact_evaluations_text=count(exact),
        seconds=None if known is None else known.seconds_for(planned, characters),
        exact_seconds=known.seconds_for(exact, exact_characters) if known is not None and within else None,
        forward_tokens=None if known is None else known.forward_tokens_for(characters),
        stored=stored,
    )
