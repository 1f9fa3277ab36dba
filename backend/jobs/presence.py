"""Which workers are there: those that gave a sign of life lately, by the store's own clock."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from backend.jobs.clock import now_of
from backend.jobs.tables import WorkerRow


def present(session: Session, silence_seconds: float) -> set[str]:
    """Workers that were silent for less than that. Raises: sqlalchemy.exc.SQLAlchemyError."""
    now = now_of(session)
    recent = and_(WorkerRow.beat > now - int(silence_seconds * 1e6), WorkerRow.beat <= now)
    return set(session.scalars(select(WorkerRow.id).where(recent)))
