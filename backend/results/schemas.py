"""What a list is asked for, and a run's new tags."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from backend.problems import invalid
from backend.runs.records import Filter
from backend.runs.schemas import Body, Tags

_PLACE = re.compile(r"(?P<created>\d{1,17})\.(?P<id>[0-9a-f-]{36})")


class Page(BaseModel):
    """Filters, and where the page starts."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["queued", "running", "succeeded", "failed", "cancelled", "interrupted"] | None = None
    reward_kind: Annotated[str | None, Field(max_length=64)] = None
    tag: Annotated[str | None, Field(max_length=50)] = None
    q: Annotated[str | None, Field(max_length=200, description="text that the prompt holds, in any case")] = None
    cursor: Annotated[str | None, Field(max_length=120, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20

    def filter(self, kind: str | None) -> Filter:
        """The same for the store. Raises: ProblemError: 422, the cursor is none of ours."""
        return Filter(
            kind=kind,
            state=self.state,
            reward_kind=self.reward_kind,
            tag=self.tag,
            text=self.q,
            after=None if self.cursor is None else place_of(self.cursor),
            limit=self.limit,
        )


PageQuery = Annotated[Page, Query()]


class TagsBody(Body):
    """The tags that a run shall have."""

    tags: Tags


def cursor_of(created_at: int, run_id: str) -> str:
    """The cursor that continues after a run."""
    return base64.urlsafe_b64encode(f"{created_at}.{run_id}".encode()).decode()


def place_of(cursor: str) -> tuple[int, str]:
    """Creation time and id of the last run of the page before. Raises: ProblemError: 422."""
    try:
        place = _PLACE.fullmatch(base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii"))
    except (ValueError, binascii.Error):
        place = None
    if place is None:
        raise invalid(("query", "cursor"), "is none that a list gave")
    return int(place["created"]), place["id"]
