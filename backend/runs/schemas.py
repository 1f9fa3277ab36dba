"""A run as it is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.problem import Problem
from backend.runs.records import SHOWN_PROMPT, Run
from backend.runs.states import State

MOST_TAGS = 20

Kind = Literal["attribution", "group"]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS)]


class Body(BaseModel):
    """Base of every body that is sent to the service."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class ProgressView(BaseModel):
    """How far a run is, in distinct evaluations of the reward."""

    done: int = 0
    planned: int = Field(default=0, description="0 until it is known")
    eta_seconds: float | None = Field(default=None, description="at the pace so far; null until there is one")
    standard_error: float | None = Field(
        default=None, description="median over the tokens of the (running) estimate; null where there is none"
    )
    estimated: bool = Field(default=False, description="there is an estimate to see; while it runs, a provisional one")
    position: int | None = Field(default=None, description="place in the queue, the next one is 0; null once it runs")


class RunSummary(BaseModel):
    """A run without its result."""

    id: str
    kind: Kind
    state: State
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stored: bool = Field(description="the result was in the store; nothing was evaluated for this request")
    partial: bool = Field(description="stopped early: the result holds what had been done")
    has_result: bool
    reward_kind: str
    prompt_start: str = Field(description=f"the first {SHOWN_PROMPT} characters of the prompt")
    tags: list[str]
    problem: Problem | None = Field(description="why there is no complete result")
    made_by: str | None = Field(description="the user who may stop and delete it; null where users had no names")

    @staticmethod
    def fields_of(run: Run) -> dict[str, Any]:
        """The fields that a stored run fills."""
        return {
            "id": run.id,
            "kind": run.kind,
            "state": run.state,
            "created_at": _time(run.created_at),
            "started_at": _time(run.started_at),
            "finished_at": _time(run.finished_at),
            "stored": run.stored,
            "partial": run.partial,
            "has_result": run.has_result,
            "reward_kind": run.reward_kind,
            "prompt_start": run.prompt_start,
            "tags": list(run.tags),
            "problem": run.problem,
            "made_by": run.made_by,
        }


class RunView(RunSummary):
    """A run with its request, its progress and its result: a document of docs/result.md, or a group of them."""

    progress: ProgressView
    request: dict[str, Any]
    result: dict[str, Any] | None


class RunList(BaseModel):
    """A page of runs, the newest first."""

    items: list[RunSummary]
    next: str | None = Field(description="`cursor` of the next page; null at the end")


def _time(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else datetime.fromtimestamp(microseconds / 1e6, UTC)
