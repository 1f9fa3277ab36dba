"""/v1/comparisons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from backend.comparisons.service import Side, Unit
from backend.dependencies import AssemblyDep
from backend.problems import documented
from backend.results.routes import RUN_ID, RuleQuery
from backend.results.viewing import as_json
from ospo_core.comparison import MOST_RESPONSES
from ospo_core.report.view_types import PairView

IdQuery = Annotated[str, Query(pattern=RUN_ID, description="a run of either kind")]
IndexQuery = Annotated[int, Query(ge=0, lt=MOST_RESPONSES, description="which response of a group")]
UnitQuery = Annotated[
    Unit, Query(description="`advantage` holds only where both sides are of groups; else it is credit")
]

router = APIRouter(prefix="/v1/comparisons", tags=["results"])


@router.get("", response_model=PairView, responses=documented(404, 409))
def compare_results(
    assembly: AssemblyDep,
    left: IdQuery,
    right: IdQuery,
    left_rule: RuleQuery = None,
    right_rule: RuleQuery = None,
    left_index: IndexQuery = 0,
    right_index: IndexQuery = 0,
    unit: UnitQuery = "advantage",
) -> Response:
    """Two results, or two rules of one group, in one unit on one scale, with the difference of every token."""
    sides = (
        Side(name="left", id=left, rule=left_rule, index=left_index),
        Side(name="right", id=right, rule=right_rule, index=right_index),
    )
    return as_json(assembly.comparisons.compared(*sides, unit))
