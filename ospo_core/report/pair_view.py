"""Two results against each other as a view, plain JSON data: two rules, two rewards, two methods or two texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ospo_core.report import numbers, pair_words, specimen
from ospo_core.report.explain_view import cell_views, cues_of, listed, scale_view
from ospo_core.report.pair import Pair
from ospo_core.report.subject import Subject
from ospo_core.report.view_types import VIEW_VERSION, ColumnName, PairView, Pieces, SideView


def pair_view(
    left: Mapping[str, Any],
    right: Mapping[str, Any],
    *,
    left_id: str | None = None,
    right_id: str | None = None,
) -> PairView:
    """The view of two documents of kind explain; neither is changed.

    Args:
        left: docs/result.md; where both have a group they are compared in advantages, else in credit.
        right: the same; the difference is right minus left.
        left_id: of the stored run that it is the result of.
        right_id: the same.
    """
    pair = Pair.of(left, right)
    titles = pair_words.names(pair).titles
    columns: dict[ColumnName, Pieces] = {
        "left": _own(pair.left),
        "right": _own(pair.right),
        "difference": _difference(pair),
    }
    view: PairView = {
        "kind": "pair",
        "schema_version": VIEW_VERSION,
        "left": _side(pair.left, titles[0], left_id),
        "right": _side(pair.right, titles[1], right_id),
        "same_text": pair.same_text,
        "sentence": pair_words.sentence(pair),
        "unit": _unit(pair),
        "scale": scale_view(pair.right.scale),
        "cues": cues_of(css for pieces in columns.values() for _, _, css, _ in pieces),
        "columns": columns,
        "means": {
            "left": _sum_or_mean(pair, pair.left.values),
            "right": _sum_or_mean(pair, pair.right.values),
            "difference": _sum_or_mean(pair, [value for value in pair.difference if value is not None]),
        },
        "labels": {
            "left": _labels(pair, pair.left),
            "right": _labels(pair, pair.right),
            "difference": [
                "only here" if value is None else f"difference {pair_words.value(pair, value)}"
                for value in pair.difference
            ],
        },
        "match": {"left": list(pair.alignment.of_left), "right": list(pair.alignment.of_right)},
        "rows": pair_words.rows(pair),
        "cells": cell_views(pair_words.cells(pair)),
        "note": pair_words.note(pair),
    }
    return numbers.rounded(view)


def _side(side: Subject, title: str, run_id: str | None) -> SideView:
    return {
        "id": run_id,
        "title": title,
        "detail": pair_words.detail(side),
        "prompt": side.document["prompt"],
        "response": side.response,
    }


def _unit(pair: Pair) -> str:
    told = "credit per token, in reward units" if pair.shows_credit else "advantage per token, in σ of the group"
    return f"{told}; one scale for all three maps"


def _own(side: Subject) -> Pieces:
    return listed(specimen.pieces(side.response, side.nesting, specimen.token_marks(side), None))


def _difference(pair: Pair) -> Pieces:
    side = pair.right
    texts = (side.response[start:end] for start, end in side.nesting.cores)
    marks = [
        "z only" if value is None else specimen.mark(value, interval, side.scale, text)
        for value, interval, text in zip(pair.difference, pair.intervals, texts, strict=True)
    ]
    return listed(specimen.pieces(side.response, side.nesting, marks, None))


def _labels(pair: Pair, side: Subject) -> list[str]:
    if pair.shows_credit:
        return [side.label(token["credit"], token["interval"]) for token in side.document["tokens"]]
    return [f"advantage {pair_words.value(pair, value)}" for value in side.values]


def _sum_or_mean(pair: Pair, values: Sequence[float]) -> str:
    if not values:
        return "no token in common"
    if pair.shows_credit:
        return f"sums to {pair_words.value(pair, sum(values))}"
    return f"mean {pair_words.value(pair, sum(values) / len(values))}"
