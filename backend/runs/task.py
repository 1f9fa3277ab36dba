"""What a run does, whatever its kind: the protocol between a request and the queue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Protocol

from backend.queue.progress import Progress
from backend.rewards.policy import Allowed
from backend.runs.preview import Planned
from ospo_core.documents import SCHEMA_VERSION
from ospo_core.rewards.reward import Reward


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The document of a run; partial if it was stopped."""

    document: dict[str, Any]
    partial: bool


class Task(Protocol):
    """A checked request."""

    @property
    def kind(self) -> str:
        """Attribution or group."""
        ...

    @property
    def request(self) -> dict[str, Any]:
        """The body with its defaults filled in, tags left out: equal for requests that ask the same."""
        ...

    @property
    def prompt(self) -> str: ...

    @property
    def allowed(self) -> Allowed:
        """The reward, checked by the policy."""
        ...

    @property
    def sizes(self) -> dict[str, int]:
        """Lengths, for the log."""
        ...

    def plan(self) -> Sequence[Planned]:
        """What it would evaluate, response by response. Raises: OspoError."""
        ...

    def perform(self, reward: Reward, progress: Progress) -> Outcome:
        """Do it. Raises: OspoError, Abandoned."""
        ...


def request_hash(task: Task) -> str:
    """Of what was asked, settings of the reward as given."""
    return _hash({"kind": task.kind, "request": task.request})


def address_of(task: Task, reward: Reward) -> str:
    """Of what determines the result: texts and options, the engine, and the reward as built, files included."""
    asked = {name: value for name, value in task.request.items() if name != "reward"}
    engine = [_engine_version(), SCHEMA_VERSION]
    return _hash({"kind": task.kind, "asked": asked, "engine": engine, "reward": reward.spec.sha256})


def partial_address(address: str, run_id: str) -> str:
    """Where a partial result lies: never where the complete one would be looked for."""
    return _hash({"address": address, "run": run_id})


@cache
def _engine_version() -> str:
    return version("ospo")


def _hash(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
