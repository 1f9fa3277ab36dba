"""Jobs as the service reads and writes them. Every method is one transaction. Knows no HTTP and no queue.

A worker's own writes are in `leases`; here a state changes by comparing it first, along the table of states.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer, sessionmaker

from backend.jobs.presence import present
from backend.jobs.states import OVER, TRANSITIONS, UNDER_WAY, JobState, before
from backend.jobs.tables import JobRow, JobTagRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What is known of a job before it is trained."""

    id: str
    pair_id: str | None
    label: str
    run: dict[str, Any]
    rows: str | None
    steps: int
    idempotency_key: str | None
    request_sha256: str
    tags: Sequence[str] = ()
    made_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it is stored, without the rows of its data.

    Attributes:
        position: its place in line, from 1.
        unattended: it is not over, and no worker is there.
    """

    id: str
    pair_id: str | None
    label: str
    state: JobState
    position: int | None
    unattended: bool
    run: dict[str, Any]
    has_rows: bool
    created_at: int
    started_at: int | None
    ended_at: int | None
    step: int
    steps: int
    attempts: int
    problem: dict[str, Any] | None
    request_sha256: str
    tags: tuple[str, ...]
    made_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list; None is any. `after` is (created_at, id) of the last one of the page before."""

    state: str | None = None
    tag: str | None = None
    pair_id: str | None = None
    text: str | None = None
    after: tuple[int, str] | None = None
    limit: int = field(default=20)


class KeyTakenError(Exception):
    """A job with this idempotency key is already there."""


class JobRecords:
    """The store. A worker that was silent for `silence_seconds` is not there."""

    def __init__(self, engine: Engine, silence_seconds: float) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._silence_seconds = silence_seconds

    def workers(self) -> int:
        """How many are there."""
        with self._sessions() as session:
            return len(present(session, self._silence_seconds))

    def add(self, jobs: Sequence[NewJob]) -> None:
        """Queued jobs, all or none, in this order. Raises: KeyTakenError."""
        try:
            with self._sessions.begin() as session:
                for place, new in enumerate(jobs):
                    session.add(_row(new, _now() + place))
                session.flush()
                session.add_all(JobTagRow(job_id=new.id, tag=tag) for new in jobs for tag in dict.fromkeys(new.tags))
        except IntegrityError as error:
            raise KeyTakenError from error

    def get(self, job_id: str) -> Job | None:
        """A job."""
        with self._sessions() as session:
            return self._one(session, session.get(JobRow, job_id, options=[defer(JobRow.rows)]))

    def with_key(self, key: str) -> Job | None:
        """The job of an idempotency key, the first of a pair."""
        query = select(JobRow).options(defer(JobRow.rows)).where(JobRow.idempotency_key == key)
        with self._sessions() as session:
            return self._one(session, session.scalar(query))

    def existing(self, ids: Collection[str]) -> set[str]:
        """Those of them that are jobs."""
        with self._sessions() as session:
            return set(session.scalars(select(JobRow.id).where(JobRow.id.in_(ids))))

    def list(self, wanted: JobFilter) -> Sequence[Job]:
        """The newest first; one more than the limit, where there are more."""
        query = select(JobRow).options(defer(JobRow.rows)).order_by(JobRow.created_at.desc(), JobRow.id.desc())
        for column, value in ((JobRow.state, wanted.state), (JobRow.pair_id, wanted.pair_id)):
            if value is not None:
                query = query.where(column == value)
        if wanted.tag is not None:
            query = query.where(JobRow.id.in_(select(JobTagRow.job_id).where(JobTagRow.tag == wanted.tag)))
        if wanted.text is not None:
            query = query.where(JobRow.label.icontains(wanted.text, autoescape=True))
        if wanted.after is not None:
            created, last = wanted.after
            older = or_(JobRow.created_at < created, and_(JobRow.created_at == created, JobRow.id < last))
            query = query.where(older)
        with self._sessions() as session:
            return self._jobs(session, session.scalars(query.limit(wanted.limit + 1)).all())

    def state(self, job_id: str) -> JobState | None:
        """Its state alone."""
        with self._sessions() as session:
            state = session.scalar(select(JobRow.state).where(JobRow.id == job_id))
            return None if state is None else JobState(state)

    def cancel(self, job_id: str) -> None:
        """Out of the line at once, or to be stopped by its worker; a job that is over stays as it is."""
        self._step(job_id, JobState.CANCELLED, {JobState.QUEUED}, {"ended_at": _now()})
        self._step(job_id, JobState.STOPPING, before(JobState.STOPPING), {})

    def resume(self, job_id: str) -> bool:
        """To the end of the line; False where the job is in no state to be resumed."""
        values = {
            "queued_at": _now(),
            "started_at": None,
            "ended_at": None,
            "problem": None,
            "stalled": 0,
            "round": JobRow.round + 1,
        }
        return self._step(job_id, JobState.QUEUED, OVER & before(JobState.QUEUED), values)

    def tag(self, job_id: str, tags: Sequence[str]) -> bool:
        """Replace its tags; False where there is no such job."""
        with self._sessions.begin() as session:
            if session.get(JobRow, job_id) is None:
                return False
            session.execute(delete(JobTagRow).where(JobTagRow.job_id == job_id))
            session.add_all(JobTagRow(job_id=job_id, tag=tag) for tag in dict.fromkeys(tags))
            return True

    def delete(self, job_id: str) -> bool:
        """Remove a job that is over; False where it is not, or is not there."""
        with self._sessions.begin() as session:
            state = session.scalar(select(JobRow.state).where(JobRow.id == job_id).with_for_update())
            if state is None or JobState(state) not in OVER:
                return False
            session.execute(delete(JobTagRow).where(JobTagRow.job_id == job_id))
            gone = delete(JobRow).where(JobRow.id == job_id, JobRow.state.in_(OVER)).returning(JobRow.id)
            return session.execute(gone).first() is not None

    def _step(self, job_id: str, target: JobState, sources: Any, values: dict[str, Any]) -> bool:
        assert all(target in TRANSITIONS[source] for source in sources)
        found = and_(JobRow.id == job_id, JobRow.state.in_(sources))
        with self._sessions.begin() as session:
            changed = update(JobRow).where(found).values(values | {"state": target}).returning(JobRow.id)
            return session.execute(changed).first() is not None

    def _one(self, session: Session, row: JobRow | None) -> Job | None:
        return None if row is None else self._jobs(session, [row])[0]

    def _jobs(self, session: Session, rows: Sequence[JobRow]) -> Sequence[Job]:
        ids = [row.id for row in rows]
        tags: defaultdict[str, list[str]] = defaultdict(list)
        for tagged in session.scalars(select(JobTagRow).where(JobTagRow.job_id.in_(ids)).order_by(JobTagRow.tag)):
            tags[tagged.job_id].append(tagged.tag)
        with_rows = set(session.scalars(select(JobRow.id).where(JobRow.id.in_(ids), JobRow.rows.is_not(None))))
        deserted = any(row.state in UNDER_WAY for row in rows) and not present(session, self._silence_seconds)
        return [
            _job(
                row,
                _position(session, row),
                tags[row.id],
                has_rows=row.id in with_rows,
                unattended=deserted and row.state in UNDER_WAY,
            )
            for row in rows
        ]


def _row(new: NewJob, now: int) -> JobRow:
    return JobRow(
        id=new.id,
        pair_id=new.pair_id,
        label=new.label,
        state=JobState.QUEUED,
        run=new.run,
        rows=new.rows,
        created_at=now,
        queued_at=now,
        step=0,
        steps=new.steps,
        attempts=0,
        stalled=0,
        saved_step=0,
        round=0,
        fence=0,
        idempotency_key=new.idempotency_key,
        request_sha256=new.request_sha256,
        made_by=new.made_by,
    )


def _position(session: Session, row: JobRow) -> int | None:
    """One more than the jobs before it in line."""
    if row.state != JobState.QUEUED:
        return None
    earlier = or_(JobRow.queued_at < row.queued_at, and_(JobRow.queued_at == row.queued_at, JobRow.id < row.id))
    ahead = select(func.count()).select_from(JobRow).where(JobRow.state == JobState.QUEUED, earlier)
    return 1 + (session.scalar(ahead) or 0)


def _job(row: JobRow, position: int | None, tags: Sequence[str], *, has_rows: bool, unattended: bool) -> Job:
    return Job(
        id=row.id,
        pair_id=row.pair_id,
        label=row.label,
        state=JobState(row.state),
        position=position,
        unattended=unattended,
        run=row.run,
        has_rows=has_rows,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        step=row.step,
        steps=row.steps,
        attempts=row.attempts,
        problem=row.problem,
        request_sha256=row.request_sha256,
        tags=tuple(tags),
        made_by=row.made_by,
    )


def _now() -> int:
    return time.time_ns() // 1000
