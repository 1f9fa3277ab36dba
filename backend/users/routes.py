"""/v1/me."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from backend.dependencies import AssemblyDep, CallerDep
from backend.users.identity import Access

router = APIRouter(prefix="/v1", tags=["users"])


class Me(BaseModel):
    """Who asks."""

    name: str | None = Field(description="null where users have no names")
    role: str = Field(description="viewer, member or admin")
    access: Access = Field(description="who is let in: everybody, whoever has the shared token, or named users")


@router.get("/me")
def read_me(assembly: AssemblyDep, caller: CallerDep) -> Me:
    """Who the service takes you for, and what you may do."""
    return Me(name=caller.name, role=caller.role.word, access=assembly.access)
