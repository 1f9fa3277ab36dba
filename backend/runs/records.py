"""Runs, results and tags in the database. Every method is one transaction; times are microseconds since 1970, UTC.

Knows no HTTP and no queue. Plain SQL of SQLAlchemy, the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, and_, delete, func, or_, select, update
from sqlalchemy import Engine as DatabaseEngine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, defer, mapped_column, sessionmaker

from backend.database.tables import Base
from backend.runs.states import UNFINISHED, State

SHOWN_PROMPT = 120
"""Characters of the prompt that a list shows."""


class ResultRow(Base):
    """A document under the hash of what it is the answer to."""

    __tablename__ = "results"
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class RunRow(Base):
    """One run; see the migration for the indices."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_sha256: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    reward_kind: Mapped[str] = mapped_column(String(64))
    prompt: Mapped[str] = mapped_column(Text)
    prompt_start: Mapped[str] = mapped_column(String(SHOWN_PROMPT))
    address: Mapped[str | None] = mapped_column(String(64), ForeignKey("results.address"))
    stored: Mapped[bool] = mapped_column()
    partial: Mapped[bool] = mapped_column()
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    made_by: Mapped[str | None] = mapped_column(String(32))


class TagRow(Base):
    """A tag of a run."""

    __tablename__ = "tags"
    run_id: Mapped[str] = mapped_column(String(36), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it is stored, with its tags. In a list, `request` is empty and there is no document: they are large."""

    id: str
    kind: str
    state: State
    created_at: int
    started_at: int | None
    finished_at: int | None
    request: dict[str, Any]
    request_sha256: str
    reward_kind: str
    prompt_start: str
    stored: bool
    partial: bool
    problem: dict[str, Any] | None
    tags: tuple[str, ...]
    has_result: bool
    made_by: str | None
    document: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What is known of a run before it is worked on. `made_by` is a user's name, where users have names."""

    id: str
    kind: str
    request: dict[str, Any]
    request_sha256: str
    idempotency_key: str | None
    reward_kind: str
    prompt: str
    tags: Sequence[str] = ()
    made_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended; `address` is that of its result, with the document where that is new."""

    state: State
    address: str | None = None
    document: dict[str, Any] | None = None
    stored: bool = False
    partial: bool = False
    problem: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which runs to list; None is any. `after` is (created_at, id) of the last one of the page before."""

    kind: str | None = None
    state: str | None = None
    reward_kind: str | None = None
    tag: str | None = None
    text: str | None = None
    after: tuple[int, str] | None = None
    limit: int = 20


class KeyTakenError(Exception):
    """A run with this idempotency key is already there."""


class RunRecords:
    """The store."""

    def __init__(self, engine: DatabaseEngine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def alive(self) -> bool:
        """Whether the database answers. Raises: SQLAlchemyError: it does not."""
        with self._sessions() as session:
            return session.scalar(select(1)) == 1

    def add(self, new: NewRun) -> None:
        """A queued run. Raises: KeyTakenError."""
        try:
            with self._sessions.begin() as session:
                session.add(
                    RunRow(
                        id=new.id,
                        kind=new.kind,
                        state=State.QUEUED,
                        created_at=_now(),
                        request=new.request,
                        request_sha256=new.request_sha256,
                        idempotency_key=new.idempotency_key,
                        reward_kind=new.reward_kind,
                        prompt=new.prompt,
                        prompt_start=new.prompt[:SHOWN_PROMPT],
                        stored=False,
                        partial=False,
                        made_by=new.made_by,
                    )
                )
                session.flush()
                session.add_all(TagRow(run_id=new.id, tag=tag) for tag in dict.fromkeys(new.tags))
        except IntegrityError as error:
            raise KeyTakenError from error

    def start(self, run_id: str) -> None:
        """It has a slot now."""
        with self._sessions.begin() as session:
            values = {"state": State.RUNNING, "started_at": _now()}
            session.execute(update(RunRow).where(RunRow.id == run_id).values(values))

    def finish(self, run_id: str, ending: Ending) -> None:
        """Its last state, with the result if there is a new one. A final state is never left."""
        with self._sessions.begin() as session:
            if ending.document is not None:
                assert ending.address is not None
                _keep(session, ending.address, ending.document)
            values = {
                "state": ending.state,
                "finished_at": _now(),
                "address": ending.address,
                "stored": ending.stored,
                "partial": ending.partial,
                "problem": ending.problem,
            }
            unfinished = and_(RunRow.id == run_id, RunRow.state.in_(UNFINISHED))
            session.execute(update(RunRow).where(unfinished).values(values))

    def interrupt_unfinished(self, problem: dict[str, Any]) -> int:
        """Mark what a process that is gone was working on; how many there were."""
        with self._sessions.begin() as session:
            values = {"state": State.INTERRUPTED, "finished_at": _now(), "problem": problem}
            marked = update(RunRow).where(RunRow.state.in_(UNFINISHED)).values(values).returning(RunRow.id)
            return len(session.scalars(marked).all())

    def get(self, run_id: str, *, kind: str | None = None, with_document: bool = True) -> Run | None:
        """A run, of this kind where one is named."""
        with self._sessions() as session:
            row = session.get(RunRow, run_id)
            if row is None or kind not in (None, row.kind):
                return None
            return self._run(session, row, with_document=with_document)

    def with_key(self, key: str) -> Run | None:
        """The run of an idempotency key."""
        with self._sessions() as session:
            row = session.scalar(select(RunRow).where(RunRow.idempotency_key == key))
            return None if row is None else self._run(session, row, with_document=True)

    def answered(self, address: str) -> Run | None:
        """The first run that has the complete result at this address."""
        found = and_(RunRow.address == address, RunRow.state == State.SUCCEEDED)
        with self._sessions() as session:
            row = session.scalar(select(RunRow).where(found).order_by(RunRow.created_at, RunRow.id).limit(1))
            return None if row is None else self._run(session, row, with_document=True)

    def has_result(self, address: str) -> bool:
        """Whether there is a document at this address."""
        with self._sessions() as session:
            found = session.scalar(select(ResultRow.address).where(ResultRow.address == address))
            return found is not None

    def kinds(self, ids: Collection[str]) -> dict[str, str]:
        """The kind of each that is a run, by its id."""
        with self._sessions() as session:
            rows = session.execute(select(RunRow.id, RunRow.kind).where(RunRow.id.in_(ids)))
            return {row.id: row.kind for row in rows}

    def list(self, wanted: Filter) -> list[Run]:
        """The newest first; one more than the limit, where there are more."""
        query = select(RunRow).order_by(RunRow.created_at.desc(), RunRow.id.desc()).limit(wanted.limit + 1)
        for column, value in (
            (RunRow.kind, wanted.kind),
            (RunRow.state, wanted.state),
            (RunRow.reward_kind, wanted.reward_kind),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.tag is not None:
            query = query.where(RunRow.id.in_(select(TagRow.run_id).where(TagRow.tag == wanted.tag)))
        if wanted.text is not None:
            query = query.where(RunRow.prompt.icontains(wanted.text, autoescape=True))
        if wanted.after is not None:
            created, last = wanted.after
            older = or_(RunRow.created_at < created, and_(RunRow.created_at == created, RunRow.id < last))
            query = query.where(older)
        small = query.options(defer(RunRow.request), defer(RunRow.prompt))
        with self._sessions() as session:
            rows = list(session.scalars(small))
            tagged = select(TagRow).where(TagRow.run_id.in_([row.id for row in rows])).order_by(TagRow.tag)
            tags: defaultdict[str, list[str]] = defaultdict(list)
            for row in session.scalars(tagged):
                tags[row.run_id].append(row.tag)
            return [_run(row, request={}, tags=tags[row.id], document=None) for row in rows]

    def tag(self, run_id: str, tags: Sequence[str]) -> bool:
        """Replace its tags; False where there is no such run."""
        with self._sessions.begin() as session:
            if session.get(RunRow, run_id) is None:
                return False
            session.execute(delete(TagRow).where(TagRow.run_id == run_id))
            session.add_all(TagRow(run_id=run_id, tag=tag) for tag in dict.fromkeys(tags))
            return True

    def delete(self, run_id: str) -> bool:
        """Remove a run, and its result unless another run has the same; False where there is no such run."""
        with self._sessions.begin() as session:
            row = session.get(RunRow, run_id)
            if row is None:
                return False
            address = row.address
            session.execute(delete(TagRow).where(TagRow.run_id == run_id))
            session.execute(delete(RunRow).where(RunRow.id == run_id))
            sharers = session.scalar(select(func.count()).select_from(RunRow).where(RunRow.address == address))
            if address is not None and not sharers:
                session.execute(delete(ResultRow).where(ResultRow.address == address))
            return True

    def _run(self, session: Session, row: RunRow, *, with_document: bool) -> Run:
        tags = session.scalars(select(TagRow.tag).where(TagRow.run_id == row.id).order_by(TagRow.tag))
        result = session.get(ResultRow, row.address) if with_document and row.address is not None else None
        return _run(row, request=row.request, tags=list(tags), document=None if result is None else result.document)


def _keep(session: Session, address: str, document: dict[str, Any]) -> None:
    """Two runs may find the same result at the same time: the first one's stays."""
    try:
        with session.begin_nested():
            session.add(ResultRow(address=address, document=document))
    except IntegrityError:
        return


def _run(row: RunRow, *, request: dict[str, Any], tags: Sequence[str], document: dict[str, Any] | None) -> Run:
    return Run(
        id=row.id,
        kind=row.kind,
        state=State(row.state),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        request=request,
        request_sha256=row.request_sha256,
        reward_kind=row.reward_kind,
        prompt_start=row.prompt_start,
        stored=row.stored,
        partial=row.partial,
        problem=row.problem,
        tags=tuple(tags),
        has_result=row.address is not None,
        made_by=row.made_by,
        document=document,
    )


def _now() -> int:
    return time.time_ns() // 1000
