"""The states of a run. The last four are final: nothing leaves them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """`cancelling` is not stored: it is running, and asked to stop."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def final(self) -> bool:
        """Whether nothing more will come."""
        return self in FINAL


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.INTERRUPTED})
UNFINISHED = (State.QUEUED, State.RUNNING)
