"""One compared group as a view: everything that is said or coloured, as plain JSON data. Knows no markup."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ospo_core.report import numbers, specimen
from ospo_core.report.bars import Axis
from ospo_core.report.explain_view import UNDER_WAY, cell_views, cues_of, listed, scale_view
from ospo_core.report.group_member import group_member
from ospo_core.report.readout import compare_cells, partial_notice, running_notice
from ospo_core.report.rules import NOTES, without_credit
from ospo_core.report.scale import Scale
from ospo_core.report.sentence import compare_sentence, most_disputed
from ospo_core.report.subject import Subject
from ospo_core.report.view_types import VIEW_VERSION, CompareRow, CompareView, Dot, MapName, Pieces


def compare_view(
    document: Mapping[str, Any],
    *,
    rules: Sequence[str] | None = None,
    run_id: str | None = None,
    state: str | None = None,
) -> CompareView:
    """The view of a document of kind compare.

    Args:
        document: docs/result.md; it is not changed.
        rules: all that the same group was compared under; None is this one alone.
        run_id: of the stored run that it is the result of.
        state: of that run; told from the document where none is given.
    """
    return numbers.rounded(whole_view(document, rules=rules, run_id=run_id, state=state))


def whole_view(
    document: Mapping[str, Any],
    *,
    rules: Sequence[str] | None = None,
    run_id: str | None = None,
    state: str | None = None,
) -> CompareView:
    """The same before its floats are rounded."""
    readings = group_readings(document)
    scale = readings[0].scale
    noticed = running_notice if state in UNDER_WAY else partial_notice
    responses = zip(document["responses"], readings, strict=True)
    rows = [_row(document, row, reading, noticed(reading)) for row, reading in responses]
    clip = document["clip"]
    partial = any(row["partial"] for row in document["responses"])
    return {
        "kind": "compare",
        "schema_version": VIEW_VERSION,
        "id": run_id,
        "state": state or ("cancelled" if partial else "succeeded"),
        "prompt": document["prompt"],
        "sentence": compare_sentence(document, readings, scale),
        "unit": "advantage per token, in σ of the group; one scale for every map on this page",
        "scale": scale_view(scale),
        "cues": cues_of(css for row in rows for stream in row["maps"].values() for _, _, css, _ in stream),
        "rule": document["rule"],
        "rules": list(rules or [document["rule"]]),
        "clip": "" if clip is None else numbers.short(clip["bound"]),
        "selected": most_disputed(document),
        "mean": document["mean"],
        "std": document["std"],
        "rows": rows,
        "cells": cell_views(compare_cells(document)),
        "invariant": numbers.as_sentence(document["invariant"]),
        "note": NOTES.get(document["rule"], ""),
        "without_credit": without_credit(document),
        "notes": dict(NOTES),
        "reward_spec": json.dumps(
            document["responses"][0]["reward_spec"], indent=2, sort_keys=True, ensure_ascii=False
        ),
    }


def group_readings(document: Mapping[str, Any]) -> list[Subject]:
    """Every response with the rule's advantages, all on one scale that holds the flat ones and the differences too."""
    readings = [Subject.of(group_member(document, index)) for index in range(len(document["responses"]))]
    scale = Scale.of(
        value
        for row, reading in zip(document["responses"], readings, strict=True)
        for shown in reading.values
        for value in (row["advantage"], shown, shown - row["advantage"])
    )
    return [replace(reading, scale=scale) for reading in readings]


def _row(document: Mapping[str, Any], row: Mapping[str, Any], reading: Subject, notice: str) -> CompareRow:
    flat = row["advantage"]
    count = len(reading.values)
    mean = sum(reading.values) / count
    values: dict[MapName, list[float]] = {
        "flat": [flat] * count,
        "rule": list(reading.values),
        "difference": [shown - flat for shown in reading.values],
    }
    return {
        "response": row["response"],
        "reward": row["reward"],
        "reward_text": numbers.signed(row["reward"], 2),
        "advantage": flat,
        "advantage_text": numbers.advantage(flat),
        "eos_text": numbers.advantage(row["eos_advantage"]),
        "tokens": count,
        "sign_flips": row["sign_flips"],
        "sign_flips_text": numbers.percent(row["sign_flips"]),
        "disagreement": row["disagreement"],
        "disagreement_text": numbers.plain(row["disagreement"], 2),
        "dot": _dot(document, row["reward"]),
        "barcode": {name: [reading.scale.step(value) for value in shown] for name, shown in values.items()},
        "standing": _standing(row),
        "notice": notice,
        "maps": {name: _map(reading, shown) for name, shown in values.items()},
        "means": {
            "flat": f"{numbers.advantage(flat)} on every token",
            "rule": f"mean {numbers.advantage(mean)}",
            "difference": f"mean {numbers.advantage(mean - flat)}",
        },
        "labels": {name: [f"{name} {numbers.advantage(value)}" for value in shown] for name, shown in values.items()},
    }


def reward_axis(document: Mapping[str, Any], width: float) -> Axis:
    """The axis that holds every reward of the group, its mean and one sigma to both sides."""
    mean, std = document["mean"], document["std"]
    rewards = [row["reward"] for row in document["responses"]]
    return Axis(low=min(*rewards, mean - std), high=max(*rewards, mean + std), width=width)


def _dot(document: Mapping[str, Any], reward: float) -> Dot:
    mean, std = document["mean"], document["std"]
    axis = reward_axis(document, 1.0)
    return {
        "at": axis.share(reward),
        "mean": axis.share(mean),
        "low": axis.share(mean - std),
        "high": axis.share(mean + std),
    }


def _map(reading: Subject, values: Sequence[float]) -> Pieces:
    marks = specimen.marks_of(reading, values, [None] * len(values))
    return listed(specimen.pieces(reading.response, reading.nesting, marks, None))


def _standing(row: Mapping[str, Any]) -> str:
    size = numbers.advantage(abs(row["advantage"])).removeprefix("+")
    way = "above" if row["advantage"] >= 0 else "below"
    return f"reward {numbers.plain(row['reward'], 2)}, {size} σ {way} the mean of its group"
