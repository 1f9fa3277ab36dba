"""The tables of jobs, their tags and the workers; the migration has the indices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.database.tables import Base


class JobRow(Base):
    """One job. Times are microseconds since 1970, UTC.

    Attributes:
        run: the run file with its defaults filled in; rows: its data as JSONL, where it came with the request.
        attempts: trainer processes begun; stalled: strikes since the newest checkpoint was made.
        saved_step: step of the newest checkpoint when the last attempt began.
        round: how often it was queued by resume, counted up too where its workflow was lost.
        fence: counted up by every claim. Whoever holds an older one may write nothing more.
        owner: the worker of the last claim.
        made_by: the user whose job it is, where users have names.
    """

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    pair_id: Mapped[str | None] = mapped_column(String(36))
    label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    run: Mapped[dict[str, Any]] = mapped_column(JSON)
    rows: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)
    queued_at: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    step: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    stalled: Mapped[int] = mapped_column(default=0)
    saved_step: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(200))
    idempotency_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    made_by: Mapped[str | None] = mapped_column(String(32))


class JobTagRow(Base):
    """A tag of a job."""

    __tablename__ = "job_tags"
    job_id: Mapped[str] = mapped_column(String(36), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)


class WorkerRow(Base):
    """A worker and its last sign of life, by the clock of `backend.jobs.clock`."""

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    beat: Mapped[int] = mapped_column(BigInteger)
