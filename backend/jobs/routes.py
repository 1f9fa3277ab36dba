"""/v1/jobs and /v1/training."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import StreamingResponse

from backend.dependencies import AssemblyDep, CallerDep, ClientDep
from backend.jobs.archive import Archive
from backend.jobs.event_stream import JobEventStream
from backend.jobs.presets import preset_views
from backend.jobs.schemas import (
    MOST_EVENTS,
    CheckpointList,
    EventPage,
    JobBody,
    JobList,
    JobQueryDep,
    JobView,
    PresetList,
    PreviewOfRun,
    RunBody,
)
from backend.problems import documented
from backend.results.routes import RunId
from backend.results.schemas import TagsBody
from backend.runs.events import EVENTS
from backend.runs.submitting import IdempotencyKey

router = APIRouter(prefix="/v1", tags=["training"])

MOST_SEQUENCE = 2**53
ZIP: dict[str, Any] = {
    "description": "a zip of the files",
    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
}
LastEventId = Annotated[
    str | None, Header(pattern=r"^[0-9]{1,15}$", max_length=15, description="the last event's `id`: go on after it")
]


class ZipResponse(StreamingResponse):
    """Made while it is sent."""

    media_type = "application/zip"

    @classmethod
    def of(cls, archive: Archive, name: str) -> ZipResponse:
        """As a file to keep."""
        return cls(archive.pieces(), headers={"Content-Disposition": f'attachment; filename="{name}.zip"'})


@router.get("/training/presets")
def list_presets() -> PresetList:
    """Runs to begin with, and why one of them cannot be trained here."""
    return PresetList(items=preset_views())


@router.post("/jobs/preview", responses=documented(413, 415))
def preview_job(body: RunBody, caller: CallerDep, assembly: AssemblyDep) -> PreviewOfRun:
    """What training would take: reward calls, seconds, memory, command and YAML. Nothing is started or stored."""
    return assembly.jobs.preview(body, caller)


@router.post("/jobs", status_code=201, responses=documented(413, 415))
def create_job(
    body: JobBody,
    response: Response,
    caller: CallerDep,
    assembly: AssemblyDep,
    idempotency_key: IdempotencyKey = None,
) -> JobView:
    """Put a run in line. The preset `paired` makes two jobs with one `pair_id`, and the answer is the first of them."""
    view = assembly.jobs.create(body, idempotency_key, caller)
    response.headers["Location"] = f"/v1/jobs/{view.id}"
    return view


@router.get("/jobs")
def list_jobs(assembly: AssemblyDep, query: JobQueryDep) -> JobList:
    """Jobs, the newest first."""
    return assembly.jobs.list(query)


@router.get("/jobs/{job_id}", responses=documented(404))
def read_job(job_id: RunId, assembly: AssemblyDep) -> JobView:
    """A job: its state, its configuration, its checkpoints."""
    return assembly.jobs.view(job_id)


@router.delete("/jobs/{job_id}", status_code=204, responses=documented(404, 409))
def delete_job(job_id: RunId, assembly: AssemblyDep) -> None:
    """Remove a job that is over, with its folder, for good."""
    assembly.jobs.delete(job_id)


@router.put("/jobs/{job_id}/tags", responses=documented(404, 413, 415))
def tag_job(job_id: RunId, body: TagsBody, assembly: AssemblyDep) -> JobView:
    """Replace a job's tags."""
    return assembly.jobs.tag(job_id, body.tags)


@router.get("/jobs/{job_id}/steps", responses=documented(404))
def list_steps(
    job_id: RunId,
    assembly: AssemblyDep,
    after: Annotated[int, Query(ge=-1, le=MOST_SEQUENCE, description="a sequence; -1 for all")] = -1,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = MOST_EVENTS,
) -> EventPage:
    """The events of the run after a sequence."""
    return assembly.jobs.steps(job_id, after, limit)


@router.get(
    "/jobs/{job_id}/events",
    status_code=200,
    response_class=JobEventStream,
    responses={200: EVENTS | {"description": "the events of the run, and `state` events; `data` is JSON"}}
    | documented(404, 429),
)
def watch_job(
    job_id: RunId, assembly: AssemblyDep, client: ClientDep, last_event_id: LastEventId = None
) -> JobEventStream:
    """The same as server-sent events, until the job is over."""
    return assembly.job_stream(job_id, -1 if last_event_id is None else int(last_event_id), client)


@router.post("/jobs/{job_id}/cancel", responses=documented(404))
def cancel_job(job_id: RunId, caller: CallerDep, assembly: AssemblyDep) -> JobView:
    """Save and stop within a step; a job in line leaves it, and one that is over stays as it is."""
    return assembly.jobs.cancel(job_id, caller)


@router.post("/jobs/{job_id}/resume", responses=documented(404, 409))
def resume_job(job_id: RunId, caller: CallerDep, assembly: AssemblyDep) -> JobView:
    """Back to the end of the line, to go on from the newest whole checkpoint."""
    return assembly.jobs.resume(job_id, caller)


@router.get("/jobs/{job_id}/adapter", response_class=ZipResponse, responses={200: ZIP, **documented(404, 409)})
def download_adapter(job_id: RunId, assembly: AssemblyDep) -> ZipResponse:
    """What was trained: the adapter, or the model."""
    return ZipResponse.of(assembly.jobs.adapter(job_id), f"adapter-{job_id[:8]}")


@router.get("/jobs/{job_id}/checkpoints", responses=documented(404))
def list_checkpoints(job_id: RunId, assembly: AssemblyDep) -> CheckpointList:
    """The states that the run can go on from."""
    return assembly.jobs.checkpoints(job_id)


@router.get("/jobs/{job_id}/checkpoints/{step}", response_class=ZipResponse, responses={200: ZIP, **documented(404)})
def download_checkpoint(
    job_id: RunId, step: Annotated[int, Path(ge=0, le=10**9)], assembly: AssemblyDep
) -> ZipResponse:
    """One of them."""
    return ZipResponse.of(assembly.jobs.checkpoint(job_id, step), f"checkpoint-{job_id[:8]}-{step}")
