"""Results as CSV that a spreadsheet reads as numbers and texts, and never as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

TOKEN_COLUMNS = ("token", "start", "end", "text", "credit", "standard_error", "interval")
GROUP_COLUMNS = ("rule", "response", *TOKEN_COLUMNS[:-2], "advantage", "token_advantage")


def attribution_csv(document: dict[str, Any]) -> str:
    """One line a token."""
    rows = ([number, *_cells(token, TOKEN_COLUMNS[1:])] for number, token in enumerate(document["tokens"]))
    return _table(TOKEN_COLUMNS, rows)


def group_csv(document: dict[str, Any]) -> str:
    """One line a rule, response and token."""
    rows = (
        [
            comparison["rule"],
            number,
            place,
            *_cells(token, GROUP_COLUMNS[3:-2]),
            response["advantage"],
            response["token_advantages"][place],
        ]
        for comparison in document["comparisons"]
        for number, response in enumerate(comparison["responses"])
        for place, token in enumerate(response["tokens"])
    )
    return _table(GROUP_COLUMNS, rows)


def safe(text: str) -> str:
    """A text as a cell: an apostrophe before what a spreadsheet would compute (OWASP, CSV injection).

    And before what already has one before such a start: so that a cell can be read back.
    """
    return f"'{text}" if text.lstrip("' \u00a0").startswith(_STARTS_FORMULA) else text


def _cells(token: dict[str, Any], columns: Sequence[str]) -> list[object]:
    return [safe(token[name]) if name == "text" else token[name] for name in columns]


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return file.getvalue()
