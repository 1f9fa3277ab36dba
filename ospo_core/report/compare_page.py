"""The report of one compared group as one HTML file: GRPO's flat advantage, the rule's, the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ospo_core.report import numbers, specimen
from ospo_core.report.bars import Axis
from ospo_core.report.page import render
from ospo_core.report.readout import compare_cells
from ospo_core.report.rules import NOTES, without_credit
from ospo_core.report.scale import Scale, step_name
from ospo_core.report.sentence import compare_sentence, most_disputed
from ospo_core.report.subject import Subject

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
    readings = group_readings(document)
    scale = readings[0].scale
    longest = max(len(reading.values) for reading in readings)
    return render(
        "compare.html",
        title="Token credit of a group",
        data={},
        document=document,
        sentence=compare_sentence(document, readings, scale),
        rule=document["rule"].replace("_", " "),
        unit="advantage per token, in σ of the group; one scale for every map on this page",
        scale=scale,
        cues={"uncertain": False, "beyond": _any_beyond(readings, scale)},
        selected=most_disputed(document),
        dots=_dots(document),
        rows=[_row(row, reading, longest) for row, reading in zip(document["responses"], readings, strict=True)],
        cells=compare_cells(document),
        note=NOTES.get(document["rule"], ""),
        without_credit=without_credit(document),
        notes=NOTES,
        reward_spec=document["responses"][0]["reward_spec"],
    )


def group_readings(document: Mapping[str, Any]) -> list[Subject]:
    """Every response with the rule's advantages, all on one scale that holds the flat ones and the differences too."""
    members = [_as_member(document, row) for row in document["responses"]]
    readings = [Subject.of(member) for member in members]
    scale = Scale.of(
        value
        for row, reading in zip(document["responses"], readings, strict=True)
        for shown in reading.values
        for value in (row["advantage"], shown, shown - row["advantage"])
    )
    return [
        Subject(
            document=reading.document,
            nesting=reading.nesting,
            values=reading.values,
            intervals=reading.intervals,
            scale=scale,
            decimals=reading.decimals,
        )
        for reading in readings
    ]


def _as_member(document: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A response of a group in the form of an explained one; its advantages come without intervals."""
    group = {
        "rule": document["rule"],
        "advantage": row["advantage"],
        "token_advantages": row["token_advantages"],
        "intervals": [None] * len(row["tokens"]),
    }
    return {**row, "prompt": document["prompt"], "group": group}


def _any_beyond(readings: Sequence[Subject], scale: Scale) -> bool:
    return any(scale.is_beyond(value) for reading in readings for value in reading.values)


def _dots(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every reward on one axis, with the mean and one sigma to both sides."""
    mean, std = document["mean"], document["std"]
    rewards = [row["reward"] for row in document["responses"]]
    axis = Axis(low=min(*rewards, mean - std), high=max(*rewards, mean + std), width=DOT_WIDTH)
    return {"axis": axis, "mean": axis.at(mean), "band": axis.bar(mean - std, mean + std)}


def _row(row: Mapping[str, Any], reading: Subject, longest: int) -> dict[str, Any]:
    flat = [row["advantage"]] * len(reading.values)
    difference = [shown - row["advantage"] for shown in reading.values]
    maps = {"flat": flat, "rule": list(reading.values), "difference": difference}
    return {
        "row": row,
        "reading": reading,
        "barcode": {name: _stripes(values, reading.scale, longest) for name, values in maps.items()},
        "maps": {name: _map(reading, values) for name, values in maps.items()},
        "labels": {name: [f"{name} {numbers.advantage(value)}" for value in values] for name, values in maps.items()},
        "mean": sum(reading.values) / len(reading.values),
        "place": _standing(row["advantage"]),
    }


def _map(reading: Subject, values: Sequence[float]) -> list[specimen.Piece]:
    texts = (reading.response[start:end] for start, end in reading.nesting.cores)
    marks = [specimen.mark(value, None, reading.scale, text) for value, text in zip(values, texts, strict=True)]
    return list(specimen.pieces(reading.response, reading.nesting, marks, None))


def _stripes(values: Sequence[float], scale: Scale, longest: int) -> list[Stripe]:
    """One stripe a token; in long texts one a run of equal steps, as seams would hide them."""
    unit = BARCODE_WIDTH / longest
    names = [step_name(scale.step(value)) for value in values]
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


def _standing(advantage: float) -> str:
    size = numbers.advantage(abs(advantage)).removeprefix("+")
    return f"{size} σ {'above' if advantage >= 0 else 'below'} the mean of its group"
