"""The report of one explained response as one self-contained HTML file, drawn from its view. Adds places and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ospo_core.report import bars
from ospo_core.report.explain_view import whole_view
from ospo_core.report.icicle import icicle
from ospo_core.report.page import render
from ospo_core.report.subject import Subject, elided, value_range
from ospo_core.report.view_types import ExplainView

LADDER_WIDTH, WATERFALL_WIDTH, LARGEST_WIDTH = 190.0, 330.0, 100.0
_SHORT_QUOTE = 16


def explain_html(document: Mapping[str, Any]) -> str:
    """One HTML file, readable without its script. Time grows with the number of tokens."""
    subject = Subject.of(document)
    view = whole_view(subject)
    return render(
        "explain.html",
        title="Token credit of a response",
        data=_data(view),
        view=view,
        rail=_rail(view),
        fall=_waterfall(subject, view),
        tree=icicle(subject),
    )


def _rail(view: ExplainView) -> dict[str, Any]:
    """The bars of the pinned token's ladder and of the largest words."""
    tokens, parts, pinned = view["tokens"], view["parts"], view["pinned"]
    axis = bars.Axis(low=view["ladder"]["low"], high=view["ladder"]["high"], width=LADDER_WIDTH)
    rungs = [
        _rung(axis, parts["kind"][place], parts["credit"][place], parts["interval"][place], parts["value"][place])
        for place in tokens["ladder"][pinned]
    ]
    low, high = value_range(parts["credit"][place] for place in view["largest"])
    span = bars.Axis(low=low, high=high, width=LARGEST_WIDTH)
    own = (tokens["credit"][pinned], tokens["interval"][pinned], tokens["value"][pinned])
    return {
        "rungs": [*rungs, _rung(axis, "token", *own)],
        "zero": axis.at(0.0),
        "largest": [_largest(view, place, span) for place in view["largest"]],
        "largest_zero": span.at(0.0),
    }


def _rung(axis: bars.Axis, kind: str, credit: float, interval: float | None, value: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "credit": credit,
        "value": value,
        "bar": axis.bar(0.0, credit),
        "span": axis.bar(credit - interval, credit + interval) if interval else None,
        "dot": axis.at(credit),
    }


def _largest(view: ExplainView, place: int, axis: bars.Axis) -> dict[str, Any]:
    parts = view["parts"]
    words = view["response"][parts["start"][place] : parts["end"][place]]
    return {"place": place, "quote": elided(words, _SHORT_QUOTE), "bar": axis.bar(0.0, parts["credit"][place])}


def _waterfall(subject: Subject, view: ExplainView) -> dict[str, Any]:
    place = view["selected"]
    rows = bars.waterfall_rows(subject.nesting, view["parts"]["shown"][place])
    axis = bars.waterfall_axis(rows, view["parts"]["credit"][place], WATERFALL_WIDTH)
    return {"place": place, "rows": rows, "axis": axis}


def _data(view: ExplainView) -> dict[str, Any]:
    """What the script needs to recolour, pin and select: every number it prints is already a string."""
    tokens, parts = view["tokens"], view["parts"]
    token_names = ("label", "credit", "interval", "value", "margin", "advantage", "where", "ladder")
    part_names = (
        *("kind", "title", "quote", "parent", "credit", "interval"),
        *("value", "margin", "mark", "label", "shown"),
    )
    return {
        "decimals": view["decimals"],
        "ladder": {**view["ladder"], "width": LADDER_WIDTH},
        "tokens": _rows(tokens, token_names),
        "marks": tokens["mark"],
        "owners": view["owners"],
        "order": view["order"],
        "parts": _rows(parts, part_names),
    }


def _rows(columns: Mapping[str, Any], names: Iterable[str]) -> list[dict[str, Any]]:
    listed = list(names)
    return [dict(zip(listed, row, strict=True)) for row in zip(*(columns[name] for name in listed), strict=True)]
