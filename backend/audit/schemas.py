"""The audit log as it is asked for and answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from backend.audit.records import AuditFilter, Kept
from backend.users.users_file import LONGEST_NAME


class AuditPage(BaseModel):
    """Filters, and where the page starts."""

    model_config = ConfigDict(extra="forbid")

    user: Annotated[str | None, Field(max_length=LONGEST_NAME)] = None
    action: Annotated[str | None, Field(max_length=40, description="an operation of this contract")] = None
    object_id: Annotated[str | None, Field(max_length=36)] = None
    cursor: Annotated[
        str | None, Field(pattern="^[0-9]{1,18}$", max_length=18, description="`next` of the page before")
    ] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50

    def filter(self) -> AuditFilter:
        """The same for the store."""
        return AuditFilter(
            user=self.user,
            action=self.action,
            object_id=self.object_id,
            before=None if self.cursor is None else int(self.cursor),
            limit=self.limit,
        )


AuditQuery = Annotated[AuditPage, Query()]


class ActView(BaseModel):
    """What somebody did."""

    at: datetime
    user: str | None = Field(description="null where users have no names")
    role: str
    action: str = Field(description="an operation of this contract")
    route: str
    object_id: str | None = Field(description="the run or job that it was done to, or that it made")
    object_kind: str | None = Field(description="attribution, group or job; null where there is none, or no more")
    status: int = Field(description="of the answer; 0 where the client left before there was one")


class AuditList(BaseModel):
    """A page of the log, the newest first."""

    items: list[ActView]
    next: str | None = Field(description="`cursor` of the next page; null at the end")

    @staticmethod
    def of(found: list[Kept], limit: int, kinds: Mapping[str, str]) -> AuditList:
        """The page, of what the store found for it; `kinds` are those of the objects that are still there, by id."""
        shown = found[:limit]
        return AuditList(
            items=[_view(kept, kinds) for kept in shown],
            next=str(shown[-1].id) if len(found) > limit else None,
        )


def _view(kept: Kept, kinds: Mapping[str, str]) -> ActView:
    act = kept.act
    return ActView(
        at=datetime.fromtimestamp(kept.at / 1e6, UTC),
        user=act.user,
        role=act.role,
        action=act.action,
        route=act.route,
        object_id=act.object_id,
        object_kind=None if act.object_id is None else kinds.get(act.object_id),
        status=act.status,
    )
