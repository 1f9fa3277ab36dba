"""Answers about the service itself."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Whether a run sent now would be taken, and find what it needs; each condition by name."""

    status: Literal["ready", "not ready"]
    checks: dict[str, bool]


class QueueView(BaseModel):
    """How busy the queue is."""

    slots: int
    working: int
    waiting: int
    length: int
    per_client: int


class StatusView(BaseModel):
    """What the health page shows."""

    versions: dict[str, str]
    device: str
    memory_bytes: int | None
    rewards_loaded: list[str]
    rewards_left_behind: int = Field(description="calls of rewards that were given up and run on")
    queue: QueueView
    workers: int | None = Field(description="that train; null where the store does not answer")
    streams: int
    draining: bool
