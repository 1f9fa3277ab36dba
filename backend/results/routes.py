"""/v1/results: runs of either kind."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from backend.dependencies import AssemblyDep
from backend.problems import documented
from backend.results.export import REPORT_POLICY, Format
from backend.results.schemas import PageQuery, TagsBody
from backend.results.viewing import View, as_json
from backend.runs.schemas import RunList, RunSummary
from ospo_core.comparison import MOST_RESPONSES

RUN_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
RunId = Annotated[str, Path(pattern=RUN_ID)]
RuleQuery = Annotated[str | None, Query(max_length=40, description="of a group; its first where none is named")]
HoldQuery = Annotated[
    bool, Query(description="give the run up when this stream, and every other that watches it, is closed")
]

router = APIRouter(prefix="/v1/results", tags=["results"])


@router.get("")
def list_results(assembly: AssemblyDep, page: PageQuery) -> RunList:
    """Runs of either kind, the newest first."""
    return assembly.results.list(page, kind=None)


@router.put("/{run_id}/tags", responses=documented(404, 413, 415))
def tag_result(run_id: RunId, body: TagsBody, assembly: AssemblyDep) -> RunSummary:
    """Replace a run's tags."""
    return assembly.results.tag(run_id, body.tags)


@router.delete("/{run_id}", status_code=204, responses=documented(404, 409))
def delete_result(run_id: RunId, assembly: AssemblyDep) -> None:
    """Remove a run for good, and its result unless another run has the same."""
    assembly.runs.delete(run_id)


@router.get("/{run_id}/view", response_model=View, responses=documented(404, 409))
def view_result(
    run_id: RunId,
    assembly: AssemblyDep,
    rule: RuleQuery = None,
    index: Annotated[
        int | None, Query(ge=0, lt=MOST_RESPONSES, description="of a group: this response as an explained one")
    ] = None,
) -> Response:
    """All that a screen says and colours, as data. While a run is under way: its running estimate."""
    return as_json(assembly.viewing.view(run_id, rule, index))


@router.get(
    "/{run_id}/export",
    response_class=Response,
    responses={
        200: {
            "description": "the file",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "text/csv": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
            },
        },
        **documented(404, 409),
    },
)
def export_result(
    run_id: RunId,
    assembly: AssemblyDep,
    format: Format = "json",
    rule: RuleQuery = None,
) -> Response:
    """A result as a file: the document, a table without formulas, or the report (of a group under one rule)."""
    export = assembly.results.export(run_id, format, rule)
    headers = {
        "Content-Disposition": f'attachment; filename="{export.name}"',
        "Content-Security-Policy": REPORT_POLICY,
    }
    return Response(export.content, media_type=export.media_type, headers=headers)
