"""What the exit code of a trainer means for its job (docs/training.md), in words for people."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

from backend.jobs.states import JobState
from backend.jobs.trainer import BAD_INPUT, DISK, DONE, KILLED
from backend.problem import Problem

DISK_FULL = (
    "the disk is full, or refused to be written; the last whole checkpoint is kept. Make room and resume the job"
)


@dataclass(frozen=True, slots=True)
class Ending:
    """The last state of a job, and why it is not a success."""

    state: JobState
    problem: dict[str, Any] | None = None

    @property
    def kind(self) -> str:
        """For the log."""
        return "-" if self.problem is None else self.problem["type"]


def of_code(code: int, last_words: str) -> Ending | None:
    """The ending that no further attempt would change; None for a stop and for a crash."""
    if code == DONE:
        return Ending(JobState.SUCCEEDED)
    if code == BAD_INPUT:
        return _failed("bad-input", "The run cannot be trained", last_words or "the trainer refused its run file")
    if code == DISK:
        return _failed("disk-full", "Disk full", DISK_FULL)
    return None


def given_up(code: int | None, attempts: int) -> Ending:
    """After that many attempts that saved nothing new; no code where their workers died with them."""
    if code is None:
        return _failed(
            "workers-lost",
            "Given up",
            f"{attempts} attempts saved nothing new, and their workers ended without a word, as where a machine runs "
            "out of memory; lower group_size, prompts_per_step or max_new_tokens, or resume the job",
        )
    if code in KILLED:
        return _failed(
            "out-of-memory",
            "Killed, most likely for want of memory",
            f"the system killed the trainer {attempts} times before it saved anything new, which it does where memory "
            "runs out; lower group_size, prompts_per_step or max_new_tokens, or take a smaller model",
        )
    return _failed(
        "trainer-crashed",
        "The trainer crashed",
        f"the trainer ended with code {code} after {attempts} attempts that saved nothing new; its last output is in "
        "trainer.log in the job's folder",
    )


def not_started(error: OSError) -> Ending:
    """The folder could not be written, or the command not be run."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return _failed("disk-full", "Disk full", DISK_FULL)
    return _failed("not-started", "The trainer could not be started", f"the system says: {error.strerror}")


def _failed(kind: str, title: str, detail: str) -> Ending:
    problem = Problem(type=f"urn:ospo:problem:{kind}", title=title, status=500, detail=detail)
    return Ending(JobState.FAILED, problem.model_dump())
