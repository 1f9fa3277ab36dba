"""From a request that is being answered to its entry in the audit log.

Kept is what was done or may have been, and what a role or an owner forbade (403). Not kept are other refusals (4xx),
which did nothing, and whoever was not let in at all (401), who could fill the log: the service's own log counts those.
"""

from __future__ import annotations

import re

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Scope

from backend import logs
from backend.audit.records import Act, AuditRecords
from backend.guard.permissions import Permit
from backend.users.caller import Caller

_ID = re.compile(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/|$)")
FORBIDDEN = 403


def act_of(scope: Scope, permit: Permit, caller: Caller, *, route: str, status: int, answer: Headers) -> Act | None:
    """What to keep of an answer with these headers; None is nothing. An id is the run's or job's, or none of ours."""
    if permit.action is None or (400 <= status < 500 and status != FORBIDDEN):
        return None
    object_id = _ID.search(answer.get("location") or scope["path"])
    return Act(
        user=caller.name,
        role=caller.role.word,
        action=permit.action,
        route=route,
        object_id=None if object_id is None else object_id[0],
        status=status,
    )


async def keep(act: Act, records: AuditRecords) -> None:
    """In the store, before the client has its answer. Where the store fails, the service's log says so."""
    try:
        await run_in_threadpool(records.add, act)
    except SQLAlchemyError as error:
        logs.fault("audit_failed", error, action=act.action, status=act.status)
