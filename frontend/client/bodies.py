"""Answers of the service as frozen records. Views (explain, compare, pair) stay mappings that components draw.

A field that the service adds later is passed over; one that is missing raises KeyError, which the client turns into
Unavailable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from frontend.client.errors import Problem

UNFINISHED = frozenset({"queued", "running", "cancelling"})
View = Mapping[str, Any]
"""What /view and /v1/comparisons answer: drawn, never computed with."""


class _Read:
    """A record that is read from a body by the names of its fields."""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Raises: KeyError: a field is missing."""
        return cls(**{field.name: body[field.name] for field in fields(cls)})  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is.

    Attributes:
        position: place in the queue, the next one is 0; None once it runs.
        standard_error: median per token of the running estimate.
        estimated: whether a running estimate can be drawn.
    """

    done: int
    planned: int
    eta_seconds: float | None
    position: int | None
    standard_error: float | None = None
    estimated: bool = False

    @staticmethod
    def of(body: Mapping[str, Any]) -> Progress:
        """Raises: KeyError: a field is missing."""
        needed = {name: body[name] for name in ("done", "planned", "eta_seconds", "position")}
        return Progress(
            **needed, standard_error=body.get("standard_error"), estimated=bool(body.get("estimated", False))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run without its result. `kind` is attribution or group; `problem` says why there is no complete result."""

    id: str
    kind: str
    state: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stored: bool
    partial: bool
    has_result: bool
    reward_kind: str
    prompt_start: str
    tags: tuple[str, ...]
    problem: Problem | None
    made_by: str | None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in UNFINISHED

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Raises: KeyError, ValueError: the body is none of a run."""
        return cls(**_summary(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(RunSummary):
    """A run with its request (a body of POST), its progress and its document (docs/result.md)."""

    progress: Progress
    request: Mapping[str, Any]
    result: Mapping[str, Any] | None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Raises: KeyError, ValueError: the body is none of a run."""
        return cls(
            **_summary(body), progress=Progress.of(body["progress"]), request=body["request"], result=body["result"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """A page of runs, the newest first; `next` is the cursor of the page after."""

    items: tuple[RunSummary, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Me(_Read):
    """Who the service takes us for; `access` is open, token or users, and `name` is None but for the last."""

    name: str | None
    role: str
    access: str

    @property
    def may_audit(self) -> bool:
        """Whether he may read who did what."""
        return self.role == "admin"

    @property
    def may_delete(self) -> bool:
        """Whether he may remove for good what was made."""
        return self.role == "admin"

    @property
    def may_run(self) -> bool:
        """Whether he may start and change something."""
        return self.role in ("member", "admin")

    def may_end(self, made_by: str | None) -> bool:
        """Whether he may stop and resume what this user made."""
        return self.role == "admin" or (self.may_run and self.name == made_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did.

    Attributes:
        user: None where users have no names.
        object_kind: attribution, group or job; None where there is no object, or none any more.
        status: of the answer; 0 where nobody waited for it.
    """

    at: datetime
    user: str | None
    role: str
    action: str
    route: str
    object_id: str | None
    object_kind: str | None
    status: int

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Raises: KeyError, ValueError: the body is none of an act."""
        taken: dict[str, Any] = {field.name: body[field.name] for field in fields(cls)}
        taken["at"] = _moment(body["at"])
        return cls(**taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage:
    """A page of the audit log, the newest first; `next` is the cursor of the page after."""

    items: tuple[Act, ...]
    next: str | None

    @staticmethod
    def of(body: Mapping[str, Any]) -> ActPage:
        """Raises: KeyError: a field is missing."""
        return ActPage(items=tuple(Act.of(item) for item in body["items"]), next=body["next"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(_Read):
    """One setting of a kind of reward."""

    name: str
    required: bool
    default: Any
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardKind:
    """A kind of reward with its settings; `schema` is the JSON schema of all of them."""

    name: str
    summary: str
    settings: tuple[Setting, ...]
    schema: Mapping[str, Any]

    @staticmethod
    def of(body: Mapping[str, Any]) -> RewardKind:
        """Raises: KeyError: a field is missing."""
        settings = tuple(Setting.of(setting) for setting in body["settings"])
        return RewardKind(name=body["name"], summary=body["summary"], settings=settings, schema=body["settings_schema"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(_Read):
    """A model that requests may name; one that is not installed is fetched when an admin first uses it."""

    name: str
    summary: str
    licence: str | None
    installed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(_Read):
    """A bundled case: what to send in order to explain it. `focus` is the place of the response to explain first."""

    name: str
    title: str
    look_for: str
    prompt: str
    responses: list[str]
    focus: int
    reward: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview(_Read):
    """What a request would cost, before it is sent; seconds are None while no pace is known."""

    tokens: int
    players: int
    planned_evaluations: int
    exact_evaluations: int | None
    exact_evaluations_text: str
    seconds: float | None
    exact_seconds: float | None
    stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(_Read):
    """What credit predicted of an edit, and what the reward says. Reward units.

    Attributes:
        start, end: the span in code points, widened to whole tokens.
        predicted_change: None for a replacement.
        change: of the reward, against the unedited response.
    """

    start: int
    end: int
    replacement: str | None
    credit: float
    standard_error: float | None
    predicted_change: float | None
    reward: float
    change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(_Read):
    """How busy the service is: runs worked on in `slots`, runs waiting in a line of `length`."""

    slots: int
    working: int
    waiting: int
    length: int
    per_client: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the service."""

    versions: Mapping[str, str]
    device: str
    memory_bytes: int | None
    rewards_loaded: tuple[str, ...]
    rewards_left_behind: int
    queue: Queue
    workers: int | None
    streams: int
    draining: bool

    @staticmethod
    def of(body: Mapping[str, Any]) -> Status:
        """Raises: KeyError: a field is missing."""
        return Status(
            versions=body["versions"],
            device=body["device"],
            memory_bytes=body["memory_bytes"],
            rewards_loaded=tuple(body["rewards_loaded"]),
            rewards_left_behind=body["rewards_left_behind"],
            queue=Queue.of(body["queue"]),
            workers=body["workers"],
            streams=body["streams"],
            draining=body["draining"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether a run sent now would be taken, with each condition by name."""

    ready: bool
    checks: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An exported result."""

    name: str
    media_type: str
    content: bytes


def _summary(body: Mapping[str, Any]) -> dict[str, Any]:
    taken = {field.name: body[field.name] for field in fields(RunSummary)}
    times = {name: _time(body[name]) for name in ("created_at", "started_at", "finished_at")}
    problem = body["problem"]
    told = None if problem is None else Problem.of(problem["status"], problem)
    return taken | times | {"tags": tuple(body["tags"]), "problem": told}


def _time(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
