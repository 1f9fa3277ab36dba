"""The rows of a workload as a table, every contender's rate beside ours."""

from __future__ import annotations

from collections.abc import Sequence

from ospo_core.bench.rounds import Row
from ospo_core.bench.workload import Sheet

OURS = "ospo"
"""The contender that the others are held against."""

_COLUMNS = ("contender", "evals", "tokens", "seconds", "spread", "evals/s", "tok/s", "ospo is")


def throughput_sheet(title: str, rows: Sequence[Row], note: str) -> Sheet:
    """One line per row; `ospo is` so many times as fast, in evaluations a second.

    Tokens a second stand beside them, because those who choose their own coalitions evaluate texts of other lengths.
    """
    ours = next((row.evaluations_per_second for row in rows if row.contender == OURS), None)
    return Sheet(title=title, columns=_COLUMNS, lines=tuple(_line(row, ours) for row in rows), note=note)


def _line(row: Row, ours: float | None) -> tuple[str, ...]:
    fastest, slowest = row.spread
    return (
        row.contender,
        f"{row.evaluations:,}",
        f"{row.forward_tokens:,}",
        f"{row.seconds:.2f}",
        f"{fastest:.2f}-{slowest:.2f}",
        f"{row.evaluations_per_second:,.1f}",
        f"{row.forward_tokens / row.seconds:,.0f}",
        "" if ours is None else f"{ours / row.evaluations_per_second:.2f} x",
    )
