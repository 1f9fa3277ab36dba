"""Accuracy as tables: errors and coverage by family and budget, evaluations to an error, verdicts, bad cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from ospo_core.bench.accuracy_cell import LARGE, Cell
from ospo_core.bench.accuracy_verdicts import EVERY_FAMILY, Verdict
from ospo_core.bench.evaluations_to_error import LIMIT, Need
from ospo_core.bench.workload import Sheet

_Item = TypeVar("_Item")


def error_sheet(cells: Sequence[Cell]) -> Sheet:
    """A line for each family and contender, a column for each budget."""
    budgets = _each(cell.per_player for cell in cells)
    lines = []
    for family in _each(cell.family for cell in cells):
        for contender in _each(cell.contender for cell in cells):
            row = {c.per_player: c for c in cells if (c.family, c.contender) == (family, contender)}
            if row:
                instances = len(next(iter(row.values())).errors)
                found = [_with_half_width(row[budget]) if budget in row else "" for budget in budgets]
                lines.append((f"{family} ({instances})", contender, *found))
    return Sheet(
        title=f"accuracy: relative L2 error, {cells[0].players} players on a binary tree",
        columns=("family", "contender", *(f"{budget}n" for budget in budgets)),
        lines=tuple(lines),
        note=(
            "mean over (instances) against the exact Owen value, \u00b1 half of its 95 % t interval between instances; "
            "columns: distinct evaluations allowed, n players. shap_partition has the same tree and worths."
        ),
    )


def coverage_sheet(cells: Sequence[Cell]) -> Sheet:
    """A line for each family and one for all, a column for each budget. `cells` are ours."""
    budgets = _each(cell.per_player for cell in cells)
    families = _each(cell.family for cell in cells)
    lines = [(family, *(_coverage(cells, budget, family) for budget in budgets)) for family in families]
    lines.append((EVERY_FAMILY, *(_coverage(cells, budget) for budget in budgets)))
    return Sheet(
        title="accuracy: coverage of nominal 95 % error bars of ospo",
        columns=("family", *(f"{budget}n" for budget in budgets)),
        lines=tuple(lines),
        note=f"players above {LARGE:.0%} of the largest credit, all instances and seeds; in brackets how many bars",
    )


def need_sheet(needs: Sequence[Need]) -> Sheet:
    """A line for each family, a column for each contender."""
    contenders = _each(each.contender for each in needs)
    lines = []
    for family in _each(each.family for each in needs):
        row = {each.contender: each for each in needs if each.family == family}
        instances = next(iter(row.values())).instances
        lines.append((f"{family} ({instances})", *(row[contender].said for contender in contenders)))
    return Sheet(
        title=f"accuracy: evaluations to an error of {LIMIT:.0%}, {needs[0].players} players without a tree",
        columns=("family", *contenders),
        lines=tuple(lines),
        note="relative L2 error against the exact Shapley value, mean over (instances) and seeds; interpolated",
    )


def verdict_sheet(verdicts: Sequence[Verdict]) -> Sheet:
    """A line for each promise."""
    return Sheet(
        title="accuracy: verdict",
        columns=("ospo", "at", "families", "wanted", ""),
        lines=tuple(
            (v.promise, v.at, f"{v.good} of {v.families}", str(v.wanted), "met" if v.met else "NOT met")
            for v in verdicts
        ),
        note="ties at zero count for ospo",
    )


def bad_cell_sheet(verdicts: Sequence[Verdict]) -> Sheet:
    """A line for each family that does not keep a promise, whether or not enough others do."""
    return Sheet(
        title="accuracy: bad cells",
        columns=("not kept", "at", "measured"),
        lines=tuple((verdict.promise, verdict.at, bad) for verdict in verdicts for bad in verdict.bad),
        note="" if any(verdict.bad for verdict in verdicts) else "none",
    )


def _each(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(items))


def _with_half_width(cell: Cell) -> str:
    return f"{cell.error:.3f}" + ("" if cell.half_width is None else f"\u00b1{cell.half_width:.3f}")


def _coverage(cells: Sequence[Cell], budget: int, family: str | None = None) -> str:
    counted = [cell for cell in cells if cell.per_player == budget and family in (None, cell.family)]
    intervals = sum(cell.intervals for cell in counted)
    return f"{sum(cell.covered for cell in counted) / intervals:.3f} ({intervals})" if intervals else ""
