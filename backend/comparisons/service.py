"""Two results as one view. Knows no HTTP but the status of problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from backend.results.reading import explained_of
from backend.results.viewing import Viewing
from ospo_core.report.pair_view import pair_view
from ospo_core.report.view_types import PairView

Unit = Literal["advantage", "credit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A result; of a group, one response under one rule."""

    name: Literal["left", "right"]
    id: str
    rule: str | None
    index: int


class ComparisonService:
    """Reads both sides and holds them against each other; stores nothing."""

    def __init__(self, viewing: Viewing) -> None:
        self._viewing = viewing

    def compared(self, left: Side, right: Side, unit: Unit) -> PairView:
        """The pair. Raises: ProblemError: 404; 409, one has no result; 422, no such rule or response."""
        documents = [self._explained(side, unit) for side in (left, right)]
        return pair_view(*documents, left_id=left.id, right_id=right.id)

    def _explained(self, side: Side, unit: Unit) -> dict[str, Any]:
        _, document = self._viewing.document(side.id)
        explained = explained_of(document, side.rule, side.index, f"{side.name}_")
        return {**explained, "group": None} if unit == "credit" else explained
