"""One explained response as a view: everything that is said or coloured, as plain JSON data. Knows no markup."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ospo_core.report import bars, numbers, specimen
from ospo_core.report.nesting import BANDED
from ospo_core.report.part_columns import part_columns
from ospo_core.report.readout import METHODS, Cell, explain_cells, partial_notice, running_notice
from ospo_core.report.rules import FLOOR, NOTES
from ospo_core.report.scale import Scale
from ospo_core.report.sentence import Sentence, explain_sentence
from ospo_core.report.specimen import Piece
from ospo_core.report.subject import Subject
from ospo_core.report.token_columns import token_columns
from ospo_core.report.tree_cells import tree_cells
from ospo_core.report.tree_sentence import tree_sentence
from ospo_core.report.view_types import (
    VIEW_VERSION,
    CellView,
    Cues,
    EstimatesView,
    ExplainView,
    FlatView,
    OwnView,
    Pieces,
    ScaleView,
)

MOST_LARGEST = 7
"""Rows of the table of the largest words."""


UNDER_WAY = ("queued", "running", "cancelling")
"""States of a run whose document is provisional."""


def explain_view(document: Mapping[str, Any], *, run_id: str | None = None, state: str | None = None) -> ExplainView:
    """The view of a document of kind explain. Time grows with tokens times levels.

    Args:
        document: docs/result.md; it is not changed.
        run_id: of the stored run that it is the result of.
        state: of that run; told from the document where none is given.
    """
    return numbers.rounded(whole_view(Subject.of(document), run_id=run_id, state=state))


def whole_view(subject: Subject, *, run_id: str | None = None, state: str | None = None) -> ExplainView:
    """The same before its floats are rounded."""
    document, nesting = subject.document, subject.nesting
    tokens = token_columns(subject)
    axis = bars.ladder_axis(subject, 1.0)
    order = sorted(range(len(subject.credit)), key=lambda token: -abs(subject.credit[token]))
    return {
        "kind": "explain",
        "schema_version": VIEW_VERSION,
        "id": run_id,
        "state": state or ("cancelled" if document["partial"] else "succeeded"),
        "prompt": document["prompt"],
        "response": subject.response,
        "sentence": explain_sentence(subject),
        "notice": running_notice(subject) if state in UNDER_WAY else partial_notice(subject),
        "unit": _unit(subject),
        "has_group": subject.group is not None,
        "rule": subject.group["rule"] if subject.group else "",
        "scale": scale_view(subject.scale),
        "cues": cues_of(tokens["mark"]),
        "flat": _flat(subject),
        "own": _own(subject, tokens["mark"]),
        "levels": ["token", *(kind for kind in reversed(nesting.kinds[1:]) if kind != "token")],
        "bands": [kind for kind in reversed(BANDED) if kind in nesting.kinds],
        "finest": subject.finest_kind,
        "tokens": tokens,
        "owners": {kind: owners for kind, owners in nesting.owners.items() if kind != "token"},
        "order": order,
        "parts": part_columns(subject),
        "ladder": {"low": axis.low, "high": axis.high},
        "largest": [part.place for part in subject.largest(MOST_LARGEST)],
        "pinned": order[0],
        "selected": bars.first_selected(nesting, order[0]),
        "cells": cell_views(explain_cells(subject)),
        "tree_sentences": [tree_sentence(subject, part) for part in nesting.parts],
        "tree_cells": cell_views(tree_cells(subject)),
        "estimates": _estimates(subject),
        "notes": _notes(subject),
        "rule_note": _rule_note(subject),
        "reward_spec": json.dumps(document["reward_spec"], indent=2, ensure_ascii=False),
        "method_spec": json.dumps(_settings(document), indent=2, ensure_ascii=False),
        "decimals": subject.decimals.credit,
    }


def scale_view(scale: Scale) -> ScaleView:
    """What a legend needs."""
    return {
        "domain": scale.domain,
        "ticks": list(scale.ticks()),
        "least": scale.least,
        "words": ["blame", "credit"],
    }


def cues_of(marks: Iterable[str]) -> Cues:
    """Which second cues the marks of a map hold: a legend explains no mark that is not there."""
    present = {name for names in marks for name in names.split()}
    return {"uncertain": "unc" in present, "beyond": "clipm" in present}


def cell_views(cells: Iterable[Cell]) -> list[CellView]:
    """The cells of a readout strip."""
    return [
        {"caption": cell.caption, "value": cell.value, "detail": cell.detail, "alarm": cell.alarm} for cell in cells
    ]


def listed(stream: Iterable[Piece]) -> Pieces:
    """The pieces of a map as plain data."""
    return [(piece.act, piece.text, piece.css, piece.index) for piece in stream]


def _unit(subject: Subject) -> str:
    if subject.group:
        return "advantage per token, in σ of the group; one scale for both maps"
    return "credit per token, in reward units"


def _flat(subject: Subject) -> FlatView | None:
    if not subject.group:
        return None
    flat = subject.group["advantage"]
    count = len(subject.values)
    marks = specimen.marks_of(subject, [flat] * count, [None] * count)
    text = numbers.advantage(flat)
    pieces = listed(specimen.pieces(subject.response, subject.nesting, marks, None))
    return {"value": flat, "text": text, "summary": f"the same {text} on every token", "pieces": pieces}


def _own(subject: Subject, marks: list[str]) -> OwnView:
    stream = specimen.pieces(subject.response, subject.nesting, marks, specimen.band_marks(subject))
    return {"title": subject.method_title, "summary": _own_summary(subject), "pieces": listed(stream)}


def _own_summary(subject: Subject) -> str:
    low, high = min(subject.values), max(subject.values)
    if subject.group:
        mean = sum(subject.values) / len(subject.values)
        rule = subject.group["rule"].replace("_", " ")
        return f"{rule}, {numbers.advantage_range(low, high)}, mean {numbers.advantage(mean)}"
    decimals = subject.decimals.credit
    total = numbers.signed(sum(subject.credit), decimals)
    return f"{numbers.signed(low, decimals)} to {numbers.signed(high, decimals)}, sums to {total}"


def _estimates(subject: Subject) -> EstimatesView | None:
    """Every estimate for the largest words; None when there is only one."""
    readouts = subject.document["estimates"]
    if len(readouts) < 2:
        return None
    rows = [
        (subject.quote(part, 16), [_told(subject, readout["tree"], part.place) for readout in readouts])
        for part in subject.largest(MOST_LARGEST)
    ]
    return {"heads": [(_readout_name(readout), _guarantee(readout)) for readout in readouts], "rows": rows}


def _told(subject: Subject, columns: Mapping[str, Any], place: int) -> tuple[str, str]:
    value = numbers.signed(columns["credit"][place], subject.decimals.credit)
    return value, subject.margin(columns["interval"][place])


def _readout_name(readout: Mapping[str, Any]) -> str:
    name = METHODS[readout["name"]]
    return f"{name[0].upper()}{name[1:]}{', shown' if readout['shown'] else ''}"


def _guarantee(readout: Mapping[str, Any]) -> str:
    bias = "right on average" if readout["unbiased"] else "biased"
    sums = "sums to R − v(∅) exactly" if readout["efficient"] else "need not sum to R − v(∅)"
    return f"{bias}, {sums}; intervals at {numbers.percent(readout['confidence'])}"


def _notes(subject: Subject) -> list[Sentence]:
    """What a reader of the numbers has to know: why this method, what the reward does not see, what the rule does."""
    notes: list[Sentence] = [[["text", numbers.as_sentence(subject.document["method"]["reason"])]]]
    if not subject.document["reads_to_the_end"]:
        notes.append(
            [
                ["strong", "The reward’s model reads only the beginning of this response:"],
                ["text", " what lies beyond its window cannot earn credit."],
            ]
        )
    rule_note = _rule_note(subject)
    return [*notes, [["text", rule_note]]] if rule_note else notes


def _rule_note(subject: Subject) -> str:
    if not subject.group:
        return ""
    rule = subject.group["rule"]
    floor = f" Under signed a token without credit gets {FLOOR}, not 0; the credit beside it says why."
    return NOTES.get(rule, "") + (floor if rule == "signed" else "")


def _settings(document: Mapping[str, Any]) -> dict[str, Any]:
    names = ("method", "masking", "players", "tokenizer", "segmenter", "seed", "cost", "schema_version")
    return {name: document[name] for name in names}
