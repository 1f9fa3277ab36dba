"""Stored results, and those on the way, as views: what a screen draws without knowing anything of the engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field

from backend.results.export import no_result
from backend.results.reading import comparison_of, explained_of, rules_of
from backend.runs.records import Run, RunRecords
from backend.runs.service import unknown_run
from ospo_core.report.compare_view import compare_view
from ospo_core.report.explain_view import explain_view
from ospo_core.report.view_types import CompareView, ExplainView

Provisional = Callable[[str], dict[str, Any] | None]
"""From the id of a run that is under way to its document so far, if it has one."""

View = Annotated[ExplainView | CompareView, Field(discriminator="kind")]


class Viewing:
    """Views of runs."""

    def __init__(self, records: RunRecords, provisional: Provisional) -> None:
        self._records, self._provisional = records, provisional

    def view(self, run_id: str, rule: str | None, index: int | None) -> Any:
        """The view of a run: a group under one rule, or one of its responses where `index` names it.

        Raises: ProblemError: 404; 409, there is nothing to see; 422, no such rule or response.
        """
        run, document = self.document(run_id)
        if document["kind"] != "group" or index is not None:
            return explain_view(explained_of(document, rule, index), run_id=run.id, state=run.state)
        comparison = comparison_of(document, rule)
        return compare_view(comparison, rules=rules_of(document), run_id=run.id, state=run.state)

    def document(self, run_id: str) -> tuple[Run, dict[str, Any]]:
        """A run with its document, the running estimate's while there is no other. Raises: ProblemError: 404; 409."""
        run = self._records.get(run_id)
        if run is None:
            raise unknown_run()
        document = run.document
        if document is None and not run.state.final:
            document = self._provisional(run_id)
            if document is None:  # it may have ended in between
                run = self._records.get(run_id) or run
                document = run.document
        if document is None:
            raise no_result()
        return run, document


def as_json(view: Any) -> Response:
    """The view as it is: it is made of plain data, and checking it again would hold up the event loop."""
    return Response(json.dumps(view, ensure_ascii=False, allow_nan=False), media_type="application/json")
