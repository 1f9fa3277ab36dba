"""/v1/attributions."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request

from backend.attributions.schemas import AttributionBody, CounterfactualBody, CounterfactualView
from backend.attributions.service import AttributionTask
from backend.dependencies import AssemblyDep, CallerDep, ClientDep, PolicyDep
from backend.problems import documented
from backend.results.routes import HoldQuery, RunId
from backend.results.schemas import PageQuery
from backend.runs.events import EVENTS, EventStream
from backend.runs.preview import PreviewView
from backend.runs.schemas import RunList, RunView
from backend.runs.submitting import SubmissionDep

KIND = "attribution"
router = APIRouter(prefix="/v1/attributions", tags=["attributions"])


@router.post(
    "",
    status_code=202,
    response_model=RunView,
    responses={
        200: {"model": RunView, "description": "The run is over: its result was stored, or it was waited for"},
        **documented(413, 415, 429, 503),
    },
)
async def create_attribution(
    body: AttributionBody, submission: SubmissionDep, policy: PolicyDep, assembly: AssemblyDep
) -> RunView:
    """Explain a response: the credit of every token. Answered from the store where the same was asked before."""
    task = partial(AttributionTask, body, policy=policy, settings=assembly.settings)
    return await submission.answer(task, body.tags)


@router.post("/preview", responses=documented(413, 415))
def preview_attribution(body: AttributionBody, policy: PolicyDep, assembly: AssemblyDep) -> PreviewView:
    """What the same body would take as a run: evaluations, and seconds at the pace so far. Nothing is scored."""
    return assembly.runs.preview(AttributionTask(body, policy=policy, settings=assembly.settings))


@router.get("")
def list_attributions(assembly: AssemblyDep, page: PageQuery) -> RunList:
    """Attributions, the newest first."""
    return assembly.results.list(page, kind=KIND)


@router.get("/{run_id}", responses=documented(404))
def read_attribution(run_id: RunId, assembly: AssemblyDep) -> RunView:
    """State, progress and, once it is there, the result."""
    return assembly.runs.view(run_id, KIND)


@router.get(
    "/{run_id}/events",
    status_code=200,
    response_class=EventStream,
    responses={
        200: EVENTS,
        **documented(404, 429),
    },
)
def watch_attribution(
    run_id: RunId, assembly: AssemblyDep, caller: CallerDep, client: ClientDep, hold: HoldQuery = False
) -> EventStream:
    """Progress as server-sent events."""
    return assembly.stream(run_id, KIND, caller, client, hold=hold)


@router.delete("/{run_id}", responses=documented(404))
def cancel_attribution(run_id: RunId, caller: CallerDep, assembly: AssemblyDep) -> RunView:
    """Stop a run; what it had done is kept as a partial result. A run that is over stays as it is."""
    return assembly.runs.cancel(run_id, KIND, caller)


@router.post("/{run_id}/counterfactuals", responses=documented(404, 409, 413, 415, 429, 503))
async def try_counterfactuals(
    run_id: RunId, body: CounterfactualBody, request: Request, client: ClientDep, assembly: AssemblyDep
) -> CounterfactualView:
    """Take spans out, or replace them: the change that credit predicts beside the real one, in a slot of the queue."""
    return await assembly.measuring.answer(run_id, body.edits, client=client, receive=request.receive)
