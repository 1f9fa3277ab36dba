"""A result as a file: the JSON document, a CSV table, the HTML report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from backend.problems import ProblemError
from backend.results.csv_table import attribution_csv, group_csv
from backend.results.reading import comparison_of
from ospo_core.report.compare_page import compare_html
from ospo_core.report.explain_page import explain_html

Format = Literal["json", "csv", "html"]

REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
)
"""The report runs its own script and nothing else: no request, no access to the service that it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file to send."""

    content: str
    media_type: str
    name: str


def exported(run_id: str, document: dict[str, Any], form: Format, rule: str | None) -> Export:
    """The document in that form; `rule` chooses the comparison that the HTML report of a group shows.

    Raises: ProblemError: 422, the group was not compared under that rule.
    """
    if form == "json":
        content, media_type = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1), "application/json"
    elif form == "csv":
        table = group_csv if document["kind"] == "group" else attribution_csv
        content, media_type = table(document), "text/csv"
    else:
        content, media_type = _report(document, rule), "text/html"
    return Export(content=content, media_type=media_type, name=f"ospo-{run_id}.{form}")


def _report(document: dict[str, Any], rule: str | None) -> str:
    return compare_html(comparison_of(document, rule)) if document["kind"] == "group" else explain_html(document)


def no_result() -> ProblemError:
    """The 409 of a run without a document."""
    return ProblemError(409, "no-result", "the run has no result (yet); GET it to see its state")
