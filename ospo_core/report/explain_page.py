"""The report of one explained response as one self-contained HTML file. Draws a document of docs/result.md, no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ospo_core.report import bars, numbers, specimen
from ospo_core.report.icicle import icicle
from ospo_core.report.nesting import BANDED, Part
from ospo_core.report.page import render
from ospo_core.report.readout import METHODS, explain_cells, partial_notice
from ospo_core.report.rules import FLOOR, NOTES
from ospo_core.report.sentence import explain_sentence
from ospo_core.report.subject import Subject, value_range

LADDER_WIDTH, WATERFALL_WIDTH, LARGEST_WIDTH = 190.0, 330.0, 100.0
_LARGEST = 7


def explain_html(document: Mapping[str, Any]) -> str:
    """One HTML file, readable without its script. Time grows with the number of tokens."""
    subject = Subject.of(document)
    marks = specimen.token_marks(subject)
    part_marks = specimen.part_marks(subject)
    pinned = max(range(len(subject.credit)), key=lambda token: abs(subject.credit[token]))
    labels = token_labels(subject)
    return render(
        "explain.html",
        title="Token credit of a response",
        data=_data(subject, marks, part_marks, labels),
        document=document,
        subject=subject,
        sentence=explain_sentence(subject),
        notice=partial_notice(subject),
        unit=_unit(subject),
        cues=_cues(marks),
        levels=["token", *(kind for kind in reversed(subject.nesting.kinds[1:]) if kind != "token")],
        bands=[kind for kind in reversed(BANDED) if kind in subject.nesting.kinds],
        flat_map=_flat_map(subject),
        own_map=_own_map(subject, marks),
        labels=labels,
        own_summary=_own_summary(subject),
        pinned=pinned,
        rail=_rail(subject, pinned),
        cells=explain_cells(subject),
        fall=_waterfall(subject, pinned),
        tree=icicle(subject),
        tree_marks=part_marks,
        part_labels=[part_label(subject, part) for part in subject.nesting.parts],
        estimates=_estimates(subject),
        reward_spec=json.dumps(document["reward_spec"], indent=2, ensure_ascii=False),
        method_spec=json.dumps(_settings(document), indent=2, ensure_ascii=False),
        floor=FLOOR,
        rule_note=NOTES.get(subject.group["rule"], "") if subject.group else "",
    )


def _unit(subject: Subject) -> str:
    if subject.group:
        return "advantage per token, in σ of the group; one scale for both maps"
    return "credit per token, in reward units"


def _cues(marks: list[str]) -> dict[str, bool]:
    """Which second cues the map uses: a legend explains no mark that is not there."""
    present = {name for names in marks for name in names.split()}
    return {"uncertain": "unc" in present, "beyond": "clipm" in present}


def token_labels(subject: Subject) -> list[str]:
    """The numbers of every token in words, for tooltips and screen readers."""
    labels = []
    for token, value in zip(subject.document["tokens"], subject.values, strict=True):
        credit = subject.label(token["credit"], token["interval"])
        labels.append(credit + (f", advantage {numbers.advantage(value)}" if subject.group else ""))
    return labels


def part_label(subject: Subject, part: Part) -> str:
    """The numbers of a node in words: its sum, and the mean per token that its colour shows."""
    mean = subject.mean(part)
    shown = numbers.advantage(mean) if subject.group else numbers.signed(mean, subject.decimals.credit)
    unit = "mean advantage" if subject.group else "mean per token"
    return f"{title_of(part)}, {subject.label(part.credit, part.interval)}, {unit} {shown}"


def _flat_map(subject: Subject) -> list[specimen.Piece] | None:
    if not subject.group:
        return None
    flat = subject.group["advantage"]
    marks = [
        specimen.mark(flat, None, subject.scale, subject.response[start:end]) for start, end in subject.nesting.cores
    ]
    return list(specimen.pieces(subject.response, subject.nesting, marks, None))


def _own_map(subject: Subject, marks: list[str]) -> list[specimen.Piece]:
    return list(specimen.pieces(subject.response, subject.nesting, marks, specimen.band_marks(subject)))


def _own_summary(subject: Subject) -> str:
    low, high = min(subject.values), max(subject.values)
    if subject.group:
        mean = sum(subject.values) / len(subject.values)
        rule = subject.group["rule"].replace("_", " ")
        return f"{rule}, {numbers.advantage_range(low, high)}, mean {numbers.advantage(mean)}"
    decimals = subject.decimals.credit
    total = numbers.signed(sum(subject.credit), decimals)
    return f"{numbers.signed(low, decimals)} to {numbers.signed(high, decimals)}, sums to {total}"


def _rail(subject: Subject, pinned: int) -> dict[str, Any]:
    """The pinned token, its ladder of nodes and the largest words, ready to draw."""
    nesting = subject.nesting
    axis = bars.ladder_axis(subject, LADDER_WIDTH)
    rungs = [nesting.parts[place] for place in nesting.ladder(pinned) if nesting.parts[place].kind != "token"]
    token = subject.document["tokens"][pinned]
    rows = [_rung(axis, part.kind, part.credit, part.interval) for part in rungs]
    largest = subject.largest(_LARGEST)
    low, high = value_range(part.credit for part in largest)
    span = bars.Axis(low=low, high=high, width=LARGEST_WIDTH)
    return {
        "rungs": [*rows, _rung(axis, "token", token["credit"], token["interval"])],
        "zero": axis.at(0.0),
        "where": where(subject, pinned),
        "largest": [(part, subject.quote(part, 16), span.bar(0.0, part.credit)) for part in largest],
        "largest_zero": span.at(0.0),
    }


def _rung(axis: bars.Axis, kind: str, credit: float, interval: float | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "credit": credit,
        "bar": axis.bar(0.0, credit),
        "span": axis.bar(credit - interval, credit + interval) if interval else None,
        "dot": axis.at(credit),
    }


def where(subject: Subject, token: int) -> str:
    """The phrase (or the next coarser part) around a token, and the number of its sentence."""
    ladder = [subject.nesting.parts[place] for place in subject.nesting.ladder(token)]
    around = [part for part in ladder if part.kind in BANDED]
    if not around:
        return ""
    sentence = next((f", sentence {part.number}" for part in ladder if part.kind == "sentence"), "")
    return f"in “{subject.quote(around[-1])}”{sentence}"


def _waterfall(subject: Subject, pinned: int) -> dict[str, Any]:
    place = bars.first_selected(subject.nesting, pinned)
    part = subject.nesting.parts[place]
    rows = bars.waterfall_rows(subject.nesting, bars.waterfall_parts(subject.nesting, place))
    axis = bars.waterfall_axis(rows, part.credit, WATERFALL_WIDTH)
    return {"part": part, "rows": rows, "axis": axis, "title": title_of(part)}


def title_of(part: Part) -> str:
    """A node by kind and number; the root has no number."""
    return "response" if part.kind == "response" else f"{part.kind} {part.number}"


def _estimates(subject: Subject) -> dict[str, Any] | None:
    """Every estimate for the largest words; None when there is only one."""
    readouts = subject.document["estimates"]
    if len(readouts) < 2:
        return None
    rows = [
        (subject.quote(part, 16), [_value_at(readout["tree"], part.place) for readout in readouts])
        for part in subject.largest(_LARGEST)
    ]
    return {"heads": [(_readout_name(readout), _guarantee(readout)) for readout in readouts], "rows": rows}


def _value_at(columns: Mapping[str, Any], place: int) -> tuple[float, float | None]:
    return columns["credit"][place], columns["interval"][place]


def _readout_name(readout: Mapping[str, Any]) -> str:
    name = METHODS[readout["name"]]
    return f"{name[0].upper()}{name[1:]}{', shown' if readout['shown'] else ''}"


def _guarantee(readout: Mapping[str, Any]) -> str:
    bias = "right on average" if readout["unbiased"] else "biased"
    sums = "sums to R − v(∅) exactly" if readout["efficient"] else "need not sum to R − v(∅)"
    return f"{bias}, {sums}; intervals at {numbers.percent(readout['confidence'])}"


def _settings(document: Mapping[str, Any]) -> dict[str, Any]:
    names = ("method", "masking", "players", "tokenizer", "segmenter", "seed", "cost", "schema_version")
    return {name: document[name] for name in names}


def _data(subject: Subject, marks: list[str], part_marks: list[str], labels: list[str]) -> dict[str, Any]:
    """What the script needs to recolour, pin and select: every number it prints is already a string."""
    nesting, decimals = subject.nesting, subject.decimals.credit
    axis = bars.ladder_axis(subject, LADDER_WIDTH)
    order = sorted(range(len(subject.credit)), key=lambda token: -abs(subject.credit[token]))
    return {
        "decimals": decimals,
        "ladder": {"low": axis.low, "high": axis.high, "width": LADDER_WIDTH},
        "tokens": [
            {
                "label": labels[place],
                "credit": token["credit"],
                "interval": token["interval"],
                "value": numbers.signed(token["credit"], decimals),
                "margin": subject.margin_in_words(token["interval"]),
                "advantage": numbers.advantage(subject.values[place]) if subject.group else "",
                "where": where(subject, place),
                "ladder": [node for node in nesting.ladder(place) if nesting.parts[node].kind != "token"],
            }
            for place, token in enumerate(subject.document["tokens"])
        ],
        "marks": marks,
        "owners": {kind: owners for kind, owners in nesting.owners.items() if kind != "token"},
        "order": order,
        "parts": [_part_data(subject, part, part_marks[part.place]) for part in nesting.parts],
    }


def _part_data(subject: Subject, part: Part, marks: str) -> dict[str, Any]:
    decimals = subject.decimals.credit
    return {
        "kind": part.kind,
        "title": title_of(part),
        "quote": subject.quote(part),
        "parent": part.parent,
        "credit": part.credit,
        "interval": part.interval,
        "value": numbers.signed(part.credit, decimals),
        "margin": subject.margin(part.interval),
        "mark": marks,
        "label": part_label(subject, part),
        "shown": bars.waterfall_parts(subject.nesting, part.place),
    }
