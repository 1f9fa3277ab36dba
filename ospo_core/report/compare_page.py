"""The report of one compared group as one HTML file, drawn from its view: flat advantages, the rule's, the gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ospo_core.report.bars import Axis
from ospo_core.report.compare_view import reward_axis, whole_view
from ospo_core.report.page import render
from ospo_core.report.scale import step_name
from ospo_core.report.view_types import CompareRow

BARCODE_WIDTH, DOT_WIDTH = 420.0, 150.0
_SEAM, _MOST_SEAMS = 0.8, 200


@dataclass(frozen=True, kw_only=True)
class Stripe:
    """A run of tokens of one colour in a barcode."""

    x: float
    width: float
    css: str


def compare_html(document: Mapping[str, Any]) -> str:
    """One HTML file; without its script every response is open, with it one at a time."""
    view = whole_view(document)
    longest = max(row["tokens"] for row in view["rows"])
    return render(
        "compare.html",
        title="Token credit of a group",
        data={},
        view=view,
        rule=view["rule"].replace("_", " "),
        dots=_dots(reward_axis(document, DOT_WIDTH), view["mean"], view["std"]),
        barcodes=[_barcode(row, longest) for row in view["rows"]],
    )


def _dots(axis: Axis, mean: float, std: float) -> dict[str, Any]:
    """Every reward on one axis, with the mean and one sigma to both sides."""
    return {"axis": axis, "mean": axis.at(mean), "band": axis.bar(mean - std, mean + std)}


def _barcode(row: CompareRow, longest: int) -> dict[str, list[Stripe]]:
    return {name: _stripes(steps, longest) for name, steps in row["barcode"].items()}


def _stripes(steps: Sequence[int], longest: int) -> list[Stripe]:
    """One stripe a token; in long texts one a run of equal steps, as seams would hide them."""
    unit = BARCODE_WIDTH / longest
    names = [step_name(step) for step in steps]
    if longest <= _MOST_SEAMS:
        return [
            Stripe(x=round(place * unit, 2), width=round(unit - _SEAM, 2), css=css) for place, css in enumerate(names)
        ]
    stripes: list[Stripe] = []
    place = 0
    for css, run in groupby(names):
        length = sum(1 for _ in run)
        stripes.append(Stripe(x=round(place * unit, 2), width=round(length * unit, 2), css=css))
        place += length
    return stripes
