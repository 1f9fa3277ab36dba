"""One job in the hands of one worker: claimed, its trainer started, watched and restarted, and its end written down.

The store is asked by fence at every look. Where it says that the job is somebody else's the trainer is killed and
nothing is written; where it does not answer, the trainer goes on for as long as nobody else can have taken the job.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.jobs import endings
from backend.jobs.folder import JobFolder
from backend.jobs.leases import Claim, FencedOutError, Leases, strikes_after
from backend.jobs.states import JobState
from backend.jobs.trainer import STOPPED, Trainer
from ospo_core.training.lifeline import SILENCED

LOOK_SECONDS = 0.1
TOLD_SECONDS = 1.0
"""Progress is written at most so often."""
MOST_CRASHES = 3
"""Of the trainer, without a newer checkpoint between them."""
CRASH, MOST_STRIKES = 4, 12
"""An attempt that its worker's end, or the store's absence, cut short earns one strike: the run is hardly at fault."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a worker keeps to.

    Attributes:
        jobs: the folder of the jobs' folders.
        trainer: the trainer's command, without arguments.
        max_silence_seconds: a trainer that hears nothing of its worker for so long ends itself.
        takeover_seconds: a worker of which nothing was heard for so long loses its jobs; more than the silence.
        stop_seconds: a trainer that was asked to stop has so long to save.
    """

    jobs: Path
    trainer: tuple[str, ...]
    max_silence_seconds: float
    takeover_seconds: float
    stop_seconds: float


class Lifetime:
    """The worker's own: whether it is to end, and when it last told the others that it lives."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self.last_beat = time.monotonic()


class Attendance:
    """Attends to one job until it is over, somebody else's, or the worker ends."""

    def __init__(self, leases: Leases, worker: str, lifetime: Lifetime, terms: Terms) -> None:
        self._leases, self._worker, self._lifetime, self._terms = leases, worker, lifetime, terms
        self._strikes = 1

    def attend(self, job_id: str) -> None:
        """Returns when there is nothing left to do here. Raises nothing: a worker outlives its jobs."""
        folder = JobFolder(self._terms.jobs, job_id)
        try:
            claim = self._patiently(self._leases.claim, job_id, self._worker, folder.saved_step())
            if claim is not None:
                logs.event("job_claimed", id=job_id, worker=self._worker, fence=claim.fence, stalled=claim.stalled)
                self._train(claim, folder)
        except FencedOutError:
            logs.event("job_fenced_out", id=job_id, worker=self._worker)
        except Exception as error:
            logs.fault("job_attendance_failed", error, id=job_id)

    def _train(self, claim: Claim, folder: JobFolder) -> None:
        """Attempt after attempt, until one of them is the last."""
        while True:
            ending = self._attempt(claim, folder)
            if ending is not None:
                self._patiently(self._leases.end, claim, ending.state, ending.problem)
                logs.event("job_ended", id=claim.job_id, state=ending.state, problem=ending.kind)
                return
            if self._lifetime.ending.is_set():
                self._patiently(self._leases.release, claim)
                logs.event("job_released", id=claim.job_id)
                return
            time.sleep(min(claim.stalled, MOST_CRASHES) * LOOK_SECONDS)
            claim = self._patiently(self._leases.again, claim, folder.saved_step(), self._strikes)

    def _attempt(self, claim: Claim, folder: JobFolder) -> endings.Ending | None:
        """One trainer process, from start to end; None where another one shall follow. Raises: FencedOutError."""
        if claim.state is JobState.STOPPING:
            return endings.Ending(JobState.CANCELLED)
        if claim.stalled > MOST_STRIKES:
            return endings.given_up(None, MOST_STRIKES)
        self._strikes = 1
        try:
            folder.make(claim.run, claim.rows)
            if not self._folder_is_free(claim, folder):
                return None
            trainer = Trainer(
                self._terms.trainer, folder, folder.heartbeat(claim.fence), self._terms.max_silence_seconds
            )
        except OSError as error:
            logs.fault("job_not_started", error, id=claim.job_id)
            return endings.not_started(error)
        logs.event("trainer_started", id=claim.job_id, pid=trainer.pid, fence=claim.fence)
        code, last_words = self._watched(claim, folder, trainer)
        logs.event("trainer_ended", id=claim.job_id, pid=trainer.pid, code=code)
        return self._ending(claim, folder, code, last_words)

    def _folder_is_free(self, claim: Claim, folder: JobFolder) -> bool:
        """Wait for the trainer of a worker that is gone or hangs: it ends at the latest when its silence is over."""
        while not folder.free():
            if self._look(claim) is JobState.STOPPING or self._lifetime.ending.is_set():
                return False
            time.sleep(LOOK_SECONDS)
        return not self._lifetime.ending.is_set()

    def _watched(self, claim: Claim, folder: JobFolder, trainer: Trainer) -> tuple[int, str]:
        """Until the trainer ends: its exit code and its last words."""
        watch = _Watch(claim, folder, self._leases)
        asked_at: float | None = None
        try:
            while trainer.code() is None:
                if self._others_are_sure(claim):
                    trainer.touch()
                if asked_at is None and self._should_stop(claim):
                    trainer.stop()
                    asked_at = time.monotonic()
                if asked_at is not None and time.monotonic() - asked_at > self._terms.stop_seconds:
                    break
                watch.tell()
                time.sleep(LOOK_SECONDS)
        finally:
            code = trainer.kill()
        watch.tell(now=True)
        return code, trainer.last_words()

    def _others_are_sure(self, claim: Claim) -> bool:
        """Whether the other workers know that this one lives. On one machine the folder's lock is enough."""
        silence = time.monotonic() - self._lifetime.last_beat
        return not self._leases.shared or silence < self._terms.max_silence_seconds

    def _should_stop(self, claim: Claim) -> bool:
        """By request, because the worker ends, or because the store was lost for so long that others might think so."""
        silence = time.monotonic() - self._lifetime.last_beat
        lost = self._leases.shared and silence > self._terms.max_silence_seconds / 2
        return self._look(claim) is JobState.STOPPING or self._lifetime.ending.is_set() or lost

    def _look(self, claim: Claim) -> JobState | None:
        """The job's state; None while the store does not answer. Raises: FencedOutError."""
        try:
            return self._leases.look(claim)
        except SQLAlchemyError:
            return None

    def _ending(self, claim: Claim, folder: JobFolder, code: int, last_words: str) -> endings.Ending | None:
        final = endings.of_code(code, last_words)
        if final is not None:
            return final
        if self._patiently(self._leases.look, claim) is JobState.STOPPING:
            return endings.Ending(JobState.CANCELLED)
        self._strikes = 1 if code in (STOPPED, SILENCED) else CRASH
        if self._strikes == CRASH and strikes_after(claim, folder.saved_step(), CRASH) > MOST_STRIKES:
            return endings.given_up(code, MOST_CRASHES)
        return None

    def _patiently(self, ask: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Ask the store until it answers. Raises: FencedOutError; SQLAlchemyError: the worker ends meanwhile."""
        while True:
            try:
                return ask(*args, **named)
            except SQLAlchemyError as error:
                if self._lifetime.ending.is_set():
                    raise
                logs.fault("store_silent", error)
                time.sleep(5 * LOOK_SECONDS)


class _Watch:
    """Reads what the trainer appends to its events, and tells the store how far it is."""

    def __init__(self, claim: Claim, folder: JobFolder, leases: Leases) -> None:
        self._claim, self._leases, self._journal = claim, leases, folder.journal()
        self._offset, self._step, self._told, self._told_at = self._journal.end(), 0, 0, 0.0
        self._steps: int | None = None
        self._running = False

    def tell(self, *, now: bool = False) -> None:
        """Nothing where there is nothing new, or where the store was told a moment ago."""
        for event in self._journal.since(self._offset, -1, 1000):
            self._offset = event.end
            self._read(event.line)
        try:
            self._write(now=now)
        except SQLAlchemyError as error:
            logs.fault("store_silent", error, id=self._claim.job_id)

    def _read(self, line: dict[str, Any]) -> None:
        if line["kind"] == "started":
            self._steps = int(line.get("steps") or self._claim.steps)
            self._step = int(line.get("resumed_from") or 0)
        if line["kind"] == "step":
            self._step = int(line["step"])

    def _write(self, *, now: bool) -> None:
        if self._steps is not None and not self._running:
            self._leases.running(self._claim, self._steps)
            self._running = True
        due = now or time.monotonic() - self._told_at > TOLD_SECONDS
        if self._step != self._told and due:
            self._leases.progress(self._claim, self._step)
            self._told, self._told_at = self._step, time.monotonic()
