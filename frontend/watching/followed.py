"""Runs as the session knows them: what was read stays on screen when the service goes, and is read on from its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import streamlit as st

from frontend.client.errors import Unavailable
from frontend.client.job_bodies import Job
from frontend.connection import service
from frontend.session import Key
from frontend.watching.run_record import RunRecord

_MOST_KEPT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A run and its record. `seen` is False where the service did not answer and this is what it said last."""

    job: Job
    record: RunRecord
    seen: bool = True


def look(job_id: str) -> Followed:
    """Its state now, and the events since the last look. Raises: ServiceError: it is not known here either."""
    kept = _kept().pop(job_id, None)
    try:
        fresh = _asked(job_id, RunRecord() if kept is None else kept.record)
    except Unavailable:
        if kept is None:
            raise
        fresh = Followed(job=kept.job, record=kept.record, seen=False)
    _keep(job_id, fresh)
    return fresh


def forget(job_id: str) -> None:
    """A run that was deleted."""
    _kept().pop(job_id, None)


def partner_of(job: Job) -> str | None:
    """The id of the other run of its pair, asked for once. Raises: ServiceError."""
    known = cast("dict[str, str]", st.session_state.setdefault(Key.PARTNERS, {}))
    if job.pair_id is not None and job.id not in known:
        both = service().jobs(pair_id=job.pair_id).items
        other = next((one.id for one in both if one.id != job.id), None)
        known |= {} if other is None else {job.id: other}
    return known.get(job.id)


def _asked(job_id: str, record: RunRecord) -> Followed:
    client = service()
    job = client.job(job_id)
    while fresh := client.job_steps(job_id, record.cursor).items:
        record = record.joined(fresh)
    return Followed(job=job, record=record)


def _kept() -> dict[str, Followed]:
    return cast("dict[str, Followed]", st.session_state.setdefault(Key.FOLLOWED, {}))


def _keep(job_id: str, followed: Followed) -> None:
    kept = _kept()
    kept[job_id] = followed
    while len(kept) > _MOST_KEPT:
        kept.pop(next(iter(kept)))
