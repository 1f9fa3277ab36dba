"""The clock by which workers judge one another: never a machine's wall clock, which is set.

PostgreSQL's own clock, where several machines may share the database. With SQLite all are on one machine, and its time
since boot serves; a sign of life from the future is then one from before the last boot.
"""

from __future__ import annotations

import time

from sqlalchemy import ColumnElement, Connection, cast, func, literal
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now_of(session: Session) -> ColumnElement[int]:
    """The present in microseconds, as an expression for this session's database."""
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    if engine.dialect.name == "postgresql":
        return cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return literal(time.clock_gettime_ns(_BOOT) // 1000, BigInteger)
