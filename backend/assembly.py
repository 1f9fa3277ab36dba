"""The parts of the service, put together from its settings; what a handler reaches."""

from __future__ import annotations

import math

from backend import logs
from backend.attributions.measuring import Measuring
from backend.audit.records import AuditRecords
from backend.audit.service import AuditService
from backend.comparisons.service import ComparisonService
from backend.database.engine import open_engine
from backend.database.lock import lock_folder
from backend.groups.stepping import Stepping
from backend.health.metrics import Metrics
from backend.health.service import HealthService
from backend.jobs.event_stream import JobEventStream
from backend.jobs.records import JobRecords
from backend.jobs.run_check import RunCheck
from backend.jobs.service import JobService
from backend.problem import Problem
from backend.queue.slots import Slots
from backend.results.service import ResultService
from backend.results.viewing import Viewing
from backend.rewards.pace import Pace
from backend.rewards.patience import Patience
from backend.rewards.policy import Policy
from backend.rewards.shelf import Shelf
from backend.runs.events import EventStream, Streams
from backend.runs.records import RunRecords
from backend.runs.service import RunService
from backend.settings import Settings
from backend.users.caller import Caller
from backend.users.identity import Access

INTERRUPTED = Problem(
    type="urn:ospo:problem:interrupted",
    title="Stopped early",
    status=409,
    detail="the service ended before the run was over; send the request again",
)


class Assembly:
    """Opens the store and the queue. Raises: FolderTakenError, OSError, sqlalchemy.exc.SQLAlchemyError."""

    def __init__(self, settings: Settings, access: Access, metrics: Metrics) -> None:
        self.settings, self.metrics = settings, metrics
        self.access: Access = access
        self._lock = lock_folder(settings.data_dir)
        self._engine = open_engine(settings.store_url)
        records = RunRecords(self._engine)
        interrupted = records.interrupt_unfinished(INTERRUPTED.model_dump())
        logs.event("started", interrupted=interrupted)
        self.audit = AuditRecords(self._engine, days=settings.audit_days)
        slots = Slots(slots=settings.slots, length=settings.queue_length, per_client=settings.per_client)
        shelf = Shelf()
        patience = Patience(settings.reward_seconds, shelf)
        self._patience = patience
        self.slots = slots
        self.policy = Policy(settings)
        self.runs = RunService(
            records=records, slots=slots, shelf=shelf, patience=patience, pace=Pace(), metrics=metrics
        )
        self.results = ResultService(records)
        self.viewing = Viewing(records, self.runs.provisional)
        self.comparisons = ComparisonService(self.viewing)
        check = RunCheck(settings, self.policy)
        job_records = JobRecords(self._engine, settings.takeover_seconds)
        self.jobs = JobService(records=job_records, jobs=settings.jobs, check=check)
        self.acts = AuditService(self.audit, records, job_records)
        self.streams = Streams(settings.most_streams, settings.streams_per_client)
        self.measuring = Measuring(runs=self.runs, shelf=shelf, patience=patience, policy=self.policy)
        self.stepping = Stepping(
            runs=self.runs, jobs=self.jobs, streams=self.streams, heartbeat=settings.heartbeat_seconds
        )
        self.health = HealthService(
            settings=settings,
            records=records,
            slots=slots,
            runs=self.runs,
            jobs=self.jobs,
            shelf=shelf,
            patience=patience,
            streams=self.streams,
        )
        metrics.gauge("ospo_queue_waiting", "Runs that wait for a slot", lambda: slots.waiting)
        metrics.gauge("ospo_queue_working", "Runs that have a slot", lambda: slots.working)
        metrics.gauge(
            "ospo_rewards_left_behind",
            "Calls of rewards that were given up and run on",
            lambda: patience.left_behind,
        )
        metrics.gauge("ospo_streams_open", "Event streams", lambda: self.streams.open)
        metrics.gauge("ospo_workers", "Workers that train; NaN where the store does not answer", self._workers)

    def stream(self, run_id: str, kind: str, caller: Caller, client: str, *, hold: bool) -> EventStream:
        """The events of a run. Raises: ProblemError: 403, not his to hold; 404; 429, too many streams."""
        place = self.streams.place(client)
        work = self.runs.held(run_id, kind, caller) if hold else self.runs.work(run_id, kind)
        heartbeat = self.settings.heartbeat_seconds
        return EventStream(self.runs, run_id, kind, work, place=place, heartbeat=heartbeat)

    def job_stream(self, job_id: str, after: int, client: str) -> JobEventStream:
        """The events of a job after a sequence. Raises: ProblemError: 404; 429, too many streams."""
        place = self.streams.place(client)
        self.jobs.state(job_id)
        return JobEventStream(
            self.jobs,
            job_id,
            after,
            place=place,
            heartbeat=self.settings.heartbeat_seconds,
            longest=self.settings.stream_seconds,
        )

    def _workers(self) -> float:
        alive = self.jobs.workers()
        return math.nan if alive is None else alive

    def close(self, drain_seconds: float) -> None:
        """End the work, within `drain_seconds` if it goes by itself, and let go of the store."""
        self.runs.drain(drain_seconds)
        self.slots.wait_until_empty(LAST_SECONDS)
        self.slots.close()
        self._patience.close()
        self._engine.dispose()
        self._lock.close()


LAST_SECONDS = 10.0
"""For stopped work to finish its call and write what it has."""
