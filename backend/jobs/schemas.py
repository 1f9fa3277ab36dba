"""Jobs as they are asked for and answered; docs/training.md is the contract."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from backend.jobs.records import JobFilter
from backend.jobs.states import JobState
from backend.problem import Problem
from backend.results.schemas import place_of
from backend.runs.schemas import Body, Tags

LONGEST_ROWS = 2_000_000
MOST_EVENTS = 1000


class RunBody(Body):
    """A run to be trained."""

    run: dict[str, Any] = Field(
        max_length=100, description="as in a run file; what is left out has its default", examples=[{"preset": "toy"}]
    )
    rows: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_ROWS,
        description='data of one\'s own as JSONL, in place of `run.data`: an object with "prompt" a line',
    )


class JobBody(RunBody):
    """A run to be trained, and what to find it by."""

    label: str = Field(default="", max_length=200)
    tags: Tags = Field(default_factory=list)


class JobView(BaseModel):
    """A job. `config` is the run's own file once it is there, else the run as it was asked for, defaults filled in."""

    id: str
    pair_id: str | None = Field(description="the same of the two jobs of a pair")
    label: str
    tags: list[str]
    state: JobState
    position: int | None = Field(description="place in line, from 1; null once it has left it")
    unattended: bool = Field(description="it is not over, and no worker is there: it goes on once one starts")
    step: int = Field(description="the last one that is over")
    steps: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    eta_seconds: float | None = Field(description="at the pace of the last steps; null where there is none")
    config: dict[str, Any]
    command: str = Field(description="what trains the same by hand, with `yaml` as run.yaml")
    yaml: str
    problem: Problem | None = Field(description="why it is no success")
    checkpoints: list[int] = Field(description="steps of the whole checkpoints that are kept, the newest first")
    attempts: int = Field(description="how often its process was started")
    made_by: str | None = Field(
        description="the user who may stop, resume and delete it; null where users had no names"
    )


class JobList(BaseModel):
    """A page of jobs, the newest first."""

    items: list[JobView]
    next: str | None = Field(description="`cursor` of the next page; null at the end")


class PreviewOfRun(BaseModel):
    """What a run would take; of a pair, both. Nothing was started."""

    reward_calls: int = Field(description="at most: texts that repeat are scored once")
    evaluations: int = Field(description="of one completion at most, its own reward among them; of a pair the larger")
    seconds: float | None = Field(description="for all steps, one job after the other; null where nothing is known")
    seconds_measured: bool = Field(description="at the pace of a run here; else a rough figure")
    memory_bytes: int | None = Field(description="of the trainer, roughly; null for models that are not bundled")
    command: str
    yaml: str


class PresetView(BaseModel):
    """A run to begin with."""

    name: str
    title: str
    summary: str
    run: dict[str, Any]
    facts: dict[str, str]
    impossible: str | None = Field(description="why this machine cannot train it")


class PresetList(BaseModel):
    """Every preset."""

    items: list[PresetView]


class EventPage(BaseModel):
    """Events of a run (docs/training.md) after a sequence."""

    items: list[dict[str, Any]]
    next_after: int | None = Field(description="`after` of the next page; null where there was nothing new")


class CheckpointView(BaseModel):
    """A state that a run can go on from."""

    step: int
    bytes: int


class CheckpointList(BaseModel):
    """The whole ones that are kept, the newest first."""

    items: list[CheckpointView]


class JobQuery(BaseModel):
    """Filters, and where the page starts."""

    model_config = ConfigDict(extra="forbid")

    state: JobState | None = None
    tag: Annotated[str | None, Field(max_length=50)] = None
    pair_id: Annotated[str | None, Field(max_length=36)] = None
    q: Annotated[str | None, Field(max_length=200, description="text that the label holds, in any case")] = None
    cursor: Annotated[str | None, Field(max_length=120, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20

    def filter(self) -> JobFilter:
        """The same for the store. Raises: ProblemError: 422, the cursor is none of ours."""
        return JobFilter(
            state=self.state,
            tag=self.tag,
            pair_id=self.pair_id,
            text=self.q,
            after=None if self.cursor is None else place_of(self.cursor),
            limit=self.limit,
        )


JobQueryDep = Annotated[JobQuery, Query()]


def time_of(microseconds: int | None) -> datetime | None:
    """A stored time, in UTC."""
    return None if microseconds is None else datetime.fromtimestamp(microseconds / 1e6, UTC)
