"""What a worker writes of a job: only while it holds the job's newest fence, and along the table of states.

A claim raises the fence, so whoever held the job before can write nothing more, however late it wakes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.jobs.clock import now_of
from backend.jobs.presence import present
from backend.jobs.states import OVER, TRAINED, UNDER_WAY, JobState, before
from backend.jobs.tables import JobRow, WorkerRow


class FencedOutError(Exception):
    """Another worker has the job, or nobody should have it any more: kill the trainer, write nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job in the hands of a worker.

    Attributes:
        stalled: strikes since `saved_step`, the newest checkpoint when the attempt began.
    """

    job_id: str
    fence: int
    state: JobState
    stalled: int
    saved_step: int
    steps: int
    run: dict[str, Any]
    rows: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A job that some worker should have; `round` names its workflow."""

    job_id: str
    round: int

    @property
    def workflow(self) -> str:
        """The id of its workflow: one a job and round, so that asking twice is asking once."""
        return f"{self.job_id}.{self.round}"


class Leases:
    """The store as a worker sees it. Every method is one transaction. Raises: sqlalchemy.exc.SQLAlchemyError."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self.shared = engine.dialect.name == "postgresql"
        """Whether workers on several machines may share the store."""

    def beat(self, worker: str) -> None:
        """A sign of life."""
        with self._sessions.begin() as session:
            now = now_of(session)
            found = session.execute(
                update(WorkerRow).where(WorkerRow.id == worker).values(beat=now).returning(WorkerRow.id)
            )
            if found.first() is None:
                session.add(WorkerRow(id=worker, beat=0))
                session.flush()
                session.execute(update(WorkerRow).where(WorkerRow.id == worker).values(beat=now))

    def leave(self, worker: str) -> None:
        """It ends: others need not wait until they miss it."""
        with self._sessions.begin() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker))

    def alive(self, silence_seconds: float) -> set[str]:
        """Workers that gave a sign of life within so long."""
        with self._sessions() as session:
            return present(session, silence_seconds)

    def waiting(self) -> list[Waiting]:
        """Jobs that are not over, in the order of the line."""
        query = select(JobRow.id, JobRow.round).where(JobRow.state.in_(UNDER_WAY)).order_by(JobRow.queued_at, JobRow.id)
        with self._sessions() as session:
            return [Waiting(job_id=job_id, round=round) for job_id, round in session.execute(query)]

    def requeue(self, lost: Waiting) -> None:
        """Its workflow ended without it: it gets another one."""
        found = and_(JobRow.id == lost.job_id, JobRow.round == lost.round, JobRow.state.in_(UNDER_WAY))
        with self._sessions.begin() as session:
            session.execute(update(JobRow).where(found).values(round=lost.round + 1))

    def claim(self, job_id: str, worker: str, saved_step: int) -> Claim | None:
        """Take the job, from whoever had it; None where it is over or gone. Counts an attempt, unless it is to stop."""
        with self._sessions.begin() as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            if row is None or JobState(row.state) in OVER:
                return None
            values = {"fence": row.fence + 1, "owner": worker, "started_at": row.started_at or _now()}
            if row.state != JobState.STOPPING:
                values |= _attempt(row, saved_step)
            unchanged = and_(JobRow.id == job_id, JobRow.fence == row.fence, JobRow.state == row.state)
            taken = session.execute(update(JobRow).where(unchanged).values(values).returning(JobRow))
            claimed = taken.scalar_one_or_none()
            return None if claimed is None else _claim(claimed)

    def again(self, claim: Claim, saved_step: int, strikes: int = 1) -> Claim:
        """Another attempt by the same worker, the last one having earned so many strikes. Raises: FencedOutError."""
        with self._sessions.begin() as session:
            row = session.get(JobRow, claim.job_id, with_for_update=True)
            if row is None:
                raise FencedOutError
            values = {} if row.state == JobState.STOPPING else _attempt(row, saved_step, strikes)
            return _claim(_written(session, claim, TRAINED, values | {"owner": row.owner}))

    def look(self, claim: Claim) -> JobState:
        """The job's state now. Raises: FencedOutError."""
        with self._sessions() as session:
            state = session.scalar(select(JobRow.state).where(_mine(claim)))
            if state is None or JobState(state) not in TRAINED:
                raise FencedOutError
            return JobState(state)

    def running(self, claim: Claim, steps: int) -> None:
        """The trainer says that it trains. Does nothing where the job was asked to stop meanwhile."""
        self._step(claim, JobState.RUNNING, {"steps": steps})

    def progress(self, claim: Claim, step: int) -> None:
        """It came so far."""
        with self._sessions.begin() as session:
            session.execute(update(JobRow).where(_mine(claim)).values(step=step))

    def release(self, claim: Claim) -> None:
        """The worker ends and lets the job go: it waits again, at its old place, and the attempt does not count."""
        self._step(claim, JobState.QUEUED, {"stalled": max(claim.stalled - 1, 0)})

    def end(self, claim: Claim, state: JobState, problem: dict[str, Any] | None = None) -> None:
        """Its last state. Does nothing to a job that is somebody else's."""
        self._step(claim, state, {"ended_at": _now(), "problem": problem})

    def _step(self, claim: Claim, target: JobState, values: dict[str, Any]) -> None:
        allowed = and_(_mine(claim), JobRow.state.in_(before(target)))
        with self._sessions.begin() as session:
            session.execute(update(JobRow).where(allowed).values(values | {"state": target}))


def strikes_after(before: JobRow | Claim, saved_step: int, earned: int) -> int:
    """Strikes once an attempt has earned so many; counted anew where it made a newer checkpoint than there was."""
    return 1 if saved_step > before.saved_step else before.stalled + earned


def _attempt(row: JobRow, saved_step: int, strikes: int = 1) -> dict[str, Any]:
    """One more attempt."""
    return {
        "state": JobState.STARTING,
        "attempts": row.attempts + 1,
        "stalled": strikes_after(row, saved_step, strikes),
        "saved_step": saved_step,
    }


def _written(session: Session, claim: Claim, states: Sequence[JobState] | frozenset[JobState], values: Any) -> JobRow:
    allowed = and_(_mine(claim), JobRow.state.in_(states))
    row = session.execute(update(JobRow).where(allowed).values(values).returning(JobRow)).scalar_one_or_none()
    if row is None:
        raise FencedOutError
    return row


def _mine(claim: Claim) -> Any:
    return and_(JobRow.id == claim.job_id, JobRow.fence == claim.fence)


def _claim(row: JobRow) -> Claim:
    return Claim(
        job_id=row.id,
        fence=row.fence,
        state=JobState(row.state),
        stalled=row.stalled,
        saved_step=row.saved_step,
        steps=row.steps,
        run=row.run,
        rows=row.rows,
    )


def _now() -> int:
    return time.time_ns() // 1000
