"""/v1/groups."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter

from backend.dependencies import AssemblyDep, CallerDep, ClientDep, PolicyDep
from backend.groups.schemas import GroupBody, StepBody
from backend.groups.service import GroupTask
from backend.groups.stepping import StepStream
from backend.problems import documented
from backend.results.routes import HoldQuery, RunId
from backend.results.schemas import PageQuery
from backend.runs.events import EVENTS, EventStream
from backend.runs.preview import PreviewView
from backend.runs.schemas import RunList, RunView
from backend.runs.submitting import SubmissionDep

KIND = "group"
STEP_EVENTS = EVENTS | {"description": "`progress` events, then `step` with a StepView, or `problem`; `data` is JSON"}
router = APIRouter(prefix="/v1/groups", tags=["groups"])


@router.post(
    "",
    status_code=202,
    response_model=RunView,
    responses={
        200: {"model": RunView, "description": "The run is over: its result was stored, or it was waited for"},
        **documented(413, 415, 429, 503),
    },
)
async def create_group(body: GroupBody, submission: SubmissionDep, policy: PolicyDep, assembly: AssemblyDep) -> RunView:
    """Compare responses: rewards, GRPO's advantages, and token advantages under each rule."""
    task = partial(GroupTask, body, policy=policy, settings=assembly.settings)
    return await submission.answer(task, body.tags)


@router.post("/preview", responses=documented(413, 415))
def preview_group(body: GroupBody, policy: PolicyDep, assembly: AssemblyDep) -> PreviewView:
    """What the same body would take as a run: evaluations, and seconds at the pace so far. Nothing is scored."""
    return assembly.runs.preview(GroupTask(body, policy=policy, settings=assembly.settings))


@router.get("")
def list_groups(assembly: AssemblyDep, page: PageQuery) -> RunList:
    """Groups, the newest first."""
    return assembly.results.list(page, kind=KIND)


@router.get("/{run_id}", responses=documented(404))
def read_group(run_id: RunId, assembly: AssemblyDep) -> RunView:
    """State, progress and, once it is there, the result: `comparisons`, one compare document a rule."""
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
def watch_group(
    run_id: RunId, assembly: AssemblyDep, caller: CallerDep, client: ClientDep, hold: HoldQuery = False
) -> EventStream:
    """Progress as server-sent events."""
    return assembly.stream(run_id, KIND, caller, client, hold=hold)


@router.delete("/{run_id}", responses=documented(404))
def cancel_group(run_id: RunId, caller: CallerDep, assembly: AssemblyDep) -> RunView:
    """Stop a run; what it had done is kept as a partial result. A run that is over stays as it is."""
    return assembly.runs.cancel(run_id, KIND, caller)


@router.post(
    "/{run_id}/step",
    status_code=200,
    response_class=StepStream,
    responses={
        200: STEP_EVENTS,
        **documented(404, 409, 413, 415, 429, 503),
    },
)
def preview_step(run_id: RunId, body: StepBody, client: ClientDep, assembly: AssemblyDep) -> StepStream:
    """What one GRPO step and one under the rule would each do to every token's log-probability, as events."""
    return assembly.stepping.stream(run_id, body, client)
