"""/livez, /readyz, /metrics, /v1/status."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.dependencies import AssemblyDep
from backend.health.schemas import Alive, Ready, StatusView

router = APIRouter(tags=["health"])


@router.get("/livez")
async def livez() -> Alive:
    """The process answers. Needs no token."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready, "description": "Some condition does not hold"}})
def readyz(assembly: AssemblyDep, response: Response) -> Ready:
    """Whether a run sent now would be taken, and find what it needs."""
    ready = assembly.health.ready()
    response.status_code = 200 if ready.status == "ready" else 503
    return ready


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text format", "content": {"text/plain": {"schema": {"type": "string"}}}},
    },
)
def metrics(assembly: AssemblyDep) -> Response:
    """Counts for Prometheus."""
    return Response(assembly.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/v1/status")
def read_status(assembly: AssemblyDep) -> StatusView:
    """Versions, device, memory, queue, and the rewards that are loaded."""
    return assembly.health.status()
