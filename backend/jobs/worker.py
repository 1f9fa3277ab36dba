"""A worker: tells that it lives, gives every job a workflow, takes over from the dead, attends to one job at a time."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.jobs.attendance import Attendance, Lifetime, Terms
from backend.jobs.durable import DurableQueue
from backend.jobs.leases import Leases
from backend.jobs.worker_name import WorkerName

BEAT_SECONDS = 0.5


class Worker:
    """From start to end of the process. Raises: sqlalchemy.exc.SQLAlchemyError: no database at the start."""

    def __init__(self, *, name: WorkerName, leases: Leases, terms: Terms, queue_url: str, devices: int) -> None:
        self._name, self._sign, self._leases, self._terms = name.text, name, leases, terms
        self._lifetime = Lifetime()
        self._attending, self._done = threading.Semaphore(1), threading.Event()
        self._attendance = Attendance(leases, self._name, self._lifetime, terms)
        leases.beat(self._name)
        self._beating = threading.Thread(target=self._beat, name="beat", daemon=True)
        self._beating.start()
        self._queue = DurableQueue(queue_url, self._name, devices, self._attend)
        logs.event("worker_started", worker=self._name, devices=devices)

    def end(self) -> None:
        """Have the trainer save and stop, and let the job go. Called by a signal: returns at once."""
        self._lifetime.ending.set()

    def work(self) -> None:
        """Until the end; then until the trainer has saved."""
        while not self._lifetime.ending.wait(BEAT_SECONDS):
            self._tend()
        logs.event("worker_ending", worker=self._name)
        self._until_idle(self._terms.stop_seconds + 10)
        self._done.set()
        self._beating.join()
        self._queue.close()
        try:
            self._leases.leave(self._name)
        except SQLAlchemyError as error:
            logs.fault("store_silent", error)

    def _attend(self, job_id: str) -> None:
        with self._attending:
            if not self._lifetime.ending.is_set():
                self._attendance.attend(job_id)
        if self._lifetime.ending.is_set():
            # Returning would tell the queue that the job is done. The process ends, and the job goes on elsewhere.
            threading.Event().wait()

    def _tend(self) -> None:
        """The line and the living, as far as the store answers."""
        try:
            waiting = self._leases.waiting()
            for one in waiting:
                self._queue.put(one)
            self._queue.adopt(self._leases.alive(self._terms.takeover_seconds))
            self._repair()
        except Exception as error:  # the queue raises the errors of its drivers, whatever they are
            logs.fault("tending_failed", error)

    def _repair(self) -> None:
        """A job under way whose workflow is over was lost by it. In this order: a job ends before its workflow does."""
        ended = self._queue.ended(self._leases.waiting())
        for one in self._leases.waiting():
            if one.workflow in ended:
                logs.event("workflow_lost", id=one.job_id, round=one.round)
                self._leases.requeue(one)

    def _until_idle(self, seconds: float) -> None:
        if self._attending.acquire(timeout=seconds):
            self._attending.release()

    def _touch(self) -> None:
        with suppress(OSError):  # a failing disk: the trainer will say so
            self._sign.touch()

    def _beat(self) -> None:
        """Also while the trainer is asked to save: until then the job is ours."""
        while not self._done.is_set():
            try:
                self._leases.beat(self._name)
                self._lifetime.last_beat = time.monotonic()
                self._touch()
            except SQLAlchemyError as error:
                logs.fault("store_silent", error)
            self._done.wait(BEAT_SECONDS)
