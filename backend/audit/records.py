"""The audit log in the database. Every method is one transaction; times are microseconds since 1970, UTC.

Entries are only ever added, and removed when they are older than the setting says.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Engine, Integer, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column, sessionmaker

from backend.database.tables import Base

MICROSECONDS_A_DAY = 86_400_000_000


class AuditRow(Base):
    """One entry; see `Act`."""

    __tablename__ = "audit"
    # Only a plain INTEGER counts up by itself in SQLite.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    user: Mapped[str | None] = mapped_column(String(32))
    role: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(40))
    route: Mapped[str] = mapped_column(String(80))
    object_id: Mapped[str | None] = mapped_column(String(36))
    status: Mapped[int] = mapped_column()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did.

    Attributes:
        user: his name; None where users have none.
        action: the operation of the contract; route: the pattern of its path.
        object_id: the run or job that it was done to, or that it made.
        status: of the answer; 0 where the client left before there was one.
    """

    user: str | None
    role: str
    action: str
    route: str
    object_id: str | None
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An act in the log."""

    id: int
    at: int
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which acts to list; None is any. `before` is the id of the last one of the page before."""

    user: str | None = None
    action: str | None = None
    object_id: str | None = None
    before: int | None = None
    limit: int = 50


class AuditRecords:
    """The log. `days` is how long an act is kept."""

    def __init__(self, engine: Engine, *, days: int) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._kept = days * MICROSECONDS_A_DAY

    def add(self, act: Act) -> None:
        """Keep an act, and let go of those that are too old."""
        now = _now()
        with self._sessions.begin() as session:
            session.execute(delete(AuditRow).where(AuditRow.at < now - self._kept))
            session.add(AuditRow(at=now, **asdict(act)))

    def list(self, wanted: AuditFilter) -> list[Kept]:
        """The newest first; one more than the limit, where there are more."""
        query = select(AuditRow).where(AuditRow.at >= _now() - self._kept).order_by(AuditRow.id.desc())
        for column, value in (
            (AuditRow.user, wanted.user),
            (AuditRow.action, wanted.action),
            (AuditRow.object_id, wanted.object_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.before is not None:
            query = query.where(AuditRow.id < wanted.before)
        with self._sessions() as session:
            return [_kept(row) for row in session.scalars(query.limit(wanted.limit + 1))]


def _kept(row: AuditRow) -> Kept:
    act = Act(
        user=row.user,
        role=row.role,
        action=row.action,
        route=row.route,
        object_id=row.object_id,
        status=row.status,
    )
    return Kept(id=row.id, at=row.at, act=act)


def _now() -> int:
    return time.time_ns() // 1000
