"""The states of a job, and every step from one to another. Every write to the store asks this table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.STARTING, JobState.CANCELLED}),
    # to itself: another attempt, by this worker or by one that took over; to queued: the worker was asked to end
    JobState.STARTING: frozenset(
        {
            JobState.STARTING,
            JobState.RUNNING,
            JobState.QUEUED,
            JobState.STOPPING,
            JobState.SUCCEEDED,
            JobState.FAILED,
        }
    ),
    JobState.RUNNING: frozenset(
        {
            JobState.STARTING,
            JobState.QUEUED,
            JobState.STOPPING,
            JobState.SUCCEEDED,
            JobState.FAILED,
        }
    ),
    # a run that ends by itself before it sees the request to stop has succeeded, or failed
    JobState.STOPPING: frozenset({JobState.CANCELLED, JobState.SUCCEEDED, JobState.FAILED}),
    # by resume alone
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.SUCCEEDED: frozenset(),
}

OVER = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})
UNDER_WAY = frozenset(JobState) - OVER
TRAINED = frozenset({JobState.STARTING, JobState.RUNNING, JobState.STOPPING})
"""A worker has the job."""


def before(target: JobState) -> frozenset[JobState]:
    """The states from which a job may come to `target`."""
    return frozenset(state for state, targets in TRANSITIONS.items() if target in targets)
