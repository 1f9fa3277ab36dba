"""Training runs as the service tells of them (docs/training.md): presets, previews, jobs, checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontend.client.errors import Problem
from frontend.client.training_events import TrainingEvent

ACTIVE = frozenset({"queued", "starting", "running", "stopping"})
"""States in which more will come."""
RESUMABLE = frozenset({"cancelled", "failed"})
RunFile = Mapping[str, Any]
"""A run file, as docs/training.md describes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A run to begin with.

    Attributes:
        run: the run file it stands for.
        facts: names and values to show, in the service's order.
        impossible: why this machine cannot run it; None where it can.
    """

    name: str
    title: str
    summary: str
    run: RunFile
    facts: tuple[tuple[str, str], ...]
    impossible: str | None

    @staticmethod
    def of(body: Mapping[str, Any]) -> Preset:
        """Raises: KeyError, TypeError: the body is none of a preset."""
        facts = tuple((str(name).capitalize(), str(value)) for name, value in body["facts"].items())
        return Preset(
            name=body["name"],
            title=body["title"],
            summary=body["summary"],
            run=body["run"],
            facts=facts,
            impossible=body["impossible"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPreview:
    """What a run would take; nothing was started. Seconds and bytes are None where nothing was measured yet.

    Attributes:
        reward_calls: at most, of all steps and, where the preset makes two jobs, of both.
        evaluations: of one completion at most, its own reward among them.
        seconds_measured: at the pace of a run on this machine; else a rough figure.
    """

    reward_calls: int
    evaluations: int
    seconds: float | None
    seconds_measured: bool
    memory_bytes: int | None
    command: str
    yaml: str

    @staticmethod
    def of(body: Mapping[str, Any]) -> JobPreview:
        """Raises: KeyError: a field is missing."""
        return JobPreview(
            reward_calls=int(body["reward_calls"]),
            evaluations=int(body["evaluations"]),
            seconds=body["seconds"],
            seconds_measured=body["seconds_measured"],
            memory_bytes=body["memory_bytes"],
            command=body["command"],
            yaml=body["yaml"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A training run.

    Attributes:
        position: place in line from 1; None once it has left the line.
        unattended: it is not over, and no worker is there.
        step: the last one that is over; `steps` is how many there shall be.
        config: the run's own file with every default filled in.
        checkpoints: steps of those that are kept, the newest first.
        attempts: how often its process was started.
        made_by: the user who may stop and delete it, where users have names.
    """

    id: str
    pair_id: str | None
    label: str
    tags: tuple[str, ...]
    state: str
    position: int | None
    unattended: bool
    step: int
    steps: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    eta_seconds: float | None
    config: RunFile
    command: str
    yaml: str
    problem: Problem | None
    checkpoints: tuple[int, ...]
    attempts: int
    made_by: str | None = None

    @property
    def active(self) -> bool:
        """Whether more will come."""
        return self.state in ACTIVE

    @property
    def rule(self) -> str:
        """The redistribution rule; `uniform` is GRPO."""
        return str(self.config.get("rule") or "")

    @staticmethod
    def of(body: Mapping[str, Any]) -> Job:
        """Raises: KeyError, ValueError, TypeError: the body is none of a job."""
        problem = body["problem"]
        return Job(
            id=body["id"],
            pair_id=body["pair_id"],
            label=body["label"] or "",
            tags=tuple(body["tags"]),
            state=body["state"],
            position=body["position"],
            unattended=body["unattended"],
            step=int(body["step"] or 0),
            steps=int(body["steps"] or 0),
            created_at=datetime.fromisoformat(body["created_at"]),
            started_at=_time(body["started_at"]),
            ended_at=_time(body["ended_at"]),
            eta_seconds=body["eta_seconds"],
            config=body["config"] or {},
            command=body["command"] or "",
            yaml=body["yaml"] or "",
            problem=None if problem is None else Problem.of(problem["status"], problem),
            checkpoints=tuple(body["checkpoints"]),
            attempts=body["attempts"],
            made_by=body.get("made_by"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """A page of jobs, the newest first; `next` is the cursor of the page after."""

    items: tuple[Job, ...]
    next: str | None

    @staticmethod
    def of(body: Mapping[str, Any]) -> JobPage:
        """Raises: KeyError, ValueError: an item is none of a job."""
        return JobPage(items=tuple(Job.of(item) for item in body["items"]), next=body["next"])


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events after a sequence; `next_after` goes on from there."""

    items: tuple[TrainingEvent, ...]
    next_after: int | None

    @staticmethod
    def of(body: Mapping[str, Any]) -> EventPage:
        """Raises: KeyError, TypeError: an item is no event."""
        events = tuple(TrainingEvent.of(item) for item in body["items"])
        return EventPage(items=events, next_after=body["next_after"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A state that a run can go on from."""

    step: int
    bytes: int

    @staticmethod
    def of(body: Mapping[str, Any]) -> Checkpoint:
        """Raises: KeyError: a field is missing."""
        return Checkpoint(step=int(body["step"]), bytes=int(body["bytes"]))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
