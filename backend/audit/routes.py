"""/v1/audit."""

from __future__ import annotations

from fastapi import APIRouter

from backend.audit.schemas import AuditList, AuditQuery
from backend.dependencies import AssemblyDep

router = APIRouter(prefix="/v1", tags=["users"])


@router.get("/audit")
def list_acts(assembly: AssemblyDep, page: AuditQuery) -> AuditList:
    """Who did what, the newest first: ids and names of operations, no texts. For admins."""
    return assembly.acts.list(page)
