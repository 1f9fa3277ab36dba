"""The history of runs. Knows no HTTP but the status of problems."""

from __future__ import annotations

from collections.abc import Sequence

from backend.results.export import Export, Format, exported, no_result
from backend.results.schemas import Page, cursor_of
from backend.runs.records import Run, RunRecords
from backend.runs.schemas import RunList, RunSummary
from backend.runs.service import unknown_run


class ResultService:
    """Reads and tags what the store holds."""

    def __init__(self, records: RunRecords) -> None:
        self._records = records

    def list(self, page: Page, kind: str | None) -> RunList:
        """A page of runs, the newest first. Raises: ProblemError: 422, the cursor is none of ours."""
        found = self._records.list(page.filter(kind))
        shown, more = found[: page.limit], len(found) > page.limit
        return RunList(
            items=[RunSummary(**RunSummary.fields_of(run)) for run in shown],
            next=cursor_of(shown[-1].created_at, shown[-1].id) if more else None,
        )

    def tag(self, run_id: str, tags: Sequence[str]) -> RunSummary:
        """Replace a run's tags. Raises: ProblemError: 404."""
        if not self._records.tag(run_id, tags):
            raise unknown_run()
        return RunSummary(**RunSummary.fields_of(self._run(run_id, with_document=False)))

    def export(self, run_id: str, form: Format, rule: str | None) -> Export:
        """A result as a file. Raises: ProblemError: 404; 409, there is no result; 422, no such rule."""
        run = self._run(run_id)
        if run.document is None:
            raise no_result()
        return exported(run.id, run.document, form, rule)

    def _run(self, run_id: str, *, with_document: bool = True) -> Run:
        run = self._records.get(run_id, with_document=with_document)
        if run is None:
            raise unknown_run()
        return run
