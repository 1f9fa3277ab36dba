"""One step of either kind as views, plain JSON data, one a response: how far each step moved every token.

The views are of kind `pair` (docs/component.md): left GRPO's step, right the rule's, and the difference, in nats of
log-probability, all on one scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ospo_core.report import numbers, specimen
from ospo_core.report.explain_view import cell_views, cues_of, listed, scale_view
from ospo_core.report.group_member import group_member
from ospo_core.report.nesting import Nesting
from ospo_core.report.readout import Cell
from ospo_core.report.scale import Scale, step_name
from ospo_core.report.sentence import Sentence
from ospo_core.report.spotlight import quoted
from ospo_core.report.view_types import VIEW_VERSION, ColumnName, PairView, Pieces, SideView

MOST_ROWS = 10
_COLUMNS: tuple[ColumnName, ColumnName, ColumnName] = ("left", "right", "difference")


@dataclass(frozen=True, kw_only=True)
class StepFigures:
    """What is said of the whole step: see `training.one_step.OneStep`; `adapter` says in words which one steps."""

    cosine: float
    opposed: float
    follow: tuple[float | None, float | None]
    learning_rate: float
    adapter: str


@dataclass(frozen=True, kw_only=True)
class _Response:
    """A response of the comparison with the changes of its tokens under GRPO and under the rule, in nats."""

    document: Mapping[str, Any]
    nesting: Nesting
    grpo: Sequence[float]
    ours: Sequence[float]
    scale: Scale

    @property
    def difference(self) -> list[float]:
        return [after - before for before, after in zip(self.grpo, self.ours, strict=True)]

    def text(self, token: int) -> str:
        start, end = self.nesting.cores[token]
        return self.document["response"][start:end]


def step_views(
    comparison: Mapping[str, Any], changes: Sequence[tuple[Sequence[float], Sequence[float]]], figures: StepFigures
) -> list[PairView]:
    """The views of a compare document; `changes`: for each response one value a token under GRPO and under the rule."""
    apart = ([after - before for before, after in zip(*pair, strict=True)] for pair in changes)
    scale = Scale.of(value for values in chain(*changes, apart) for value in values)
    views = []
    for index, (grpo, ours) in enumerate(changes):
        member = group_member(comparison, index)
        response = _Response(document=member, nesting=Nesting.of(member), grpo=grpo, ours=ours, scale=scale)
        views.append(numbers.rounded(_view(response, comparison["rule"].replace("_", " "), figures)))
    return views


def _view(response: _Response, rule: str, figures: StepFigures) -> PairView:
    values = dict(zip(_COLUMNS, (response.grpo, response.ours, response.difference), strict=True))
    columns: dict[ColumnName, Pieces] = {name: _pieces(response, shown) for name, shown in values.items()}
    places = list(range(len(response.grpo)))
    return {
        "kind": "pair",
        "schema_version": VIEW_VERSION,
        "left": _side(response, "After a GRPO step", [response.document["group"]["advantage"]]),
        "right": _side(response, f"After a step under {rule}", response.document["group"]["token_advantages"]),
        "same_text": True,
        "sentence": _sentence(response, rule),
        "unit": "change of each token's log-probability, in nats; one scale for all maps and responses",
        "scale": {**scale_view(response.scale), "words": ["lowered", "raised"]},
        "cues": cues_of(css for pieces in columns.values() for _, _, css, _ in pieces),
        "columns": columns,
        "means": {name: f"mean {_nats(sum(shown) / len(shown))}" for name, shown in values.items()},
        "labels": {name: [f"{_nats(value)} nats" for value in shown] for name, shown in values.items()},
        "match": {"left": list(places), "right": list(places)},
        "rows": _rows(response),
        "cells": cell_views(_cells(response, rule, figures)),
        "note": (
            "One step from the same adapter, at ten times the usual learning rate: it is exaggerated and shows a "
            "direction, not an outcome. Tokens share weights, so that what moves one moves others; change and "
            "advantage agree only in part."
        ),
    }


def _side(response: _Response, title: str, advantages: Sequence[float]) -> SideView:
    low, high = min(advantages), max(advantages)
    told = f"advantage {numbers.advantage(low)} on every token"
    if low != high:
        told = f"advantages from {numbers.advantage_range(low, high)}"
    document = response.document
    return {
        "id": None,
        "title": title,
        "detail": told,
        "prompt": document["prompt"],
        "response": document["response"],
    }


def _pieces(response: _Response, shown: Sequence[float]) -> Pieces:
    marks = [specimen.mark(value, None, response.scale, response.text(token)) for token, value in enumerate(shown)]
    return listed(specimen.pieces(response.document["response"], response.nesting, marks, None))


def _opposed(response: _Response) -> list[int]:
    """Tokens that the steps move in opposite directions and visibly, the largest difference first."""
    visible = [
        token
        for token, (grpo, ours) in enumerate(zip(response.grpo, response.ours, strict=True))
        if grpo * ours < 0 and response.scale.step(grpo) and response.scale.step(ours)
    ]
    return sorted(visible, key=lambda token: -abs(response.difference[token]))


def _sentence(response: _Response, rule: str) -> Sentence:
    opposed = _opposed(response)
    if not opposed:
        return [
            ["text", "One step moves "],
            ["strong", "every token the same way"],
            ["text", f" under GRPO and under {rule}, where it moves it visibly at all."],
        ]
    token = opposed[0]
    grpo, ours = response.grpo[token], response.ours[token]
    moves = ("raises", "lowers") if grpo > 0 else ("lowers", "raises")
    return [
        ["text", f"A GRPO step {moves[0]} "],
        [step_name(response.scale.step(ours)), quoted(response.text(token).strip(), 60)],
        ["text", f" by {_nats(abs(grpo)).lstrip('+')} nats; a step under {rule} {moves[1]} it by "],
        ["strong", _nats(abs(ours)).lstrip("+")],
        ["text", f". {numbers.plural(len(opposed), 'token')} of {len(response.grpo):,} part that way."],
    ]


def _rows(response: _Response) -> list[tuple[str, str, str, str]]:
    largest = sorted(range(len(response.grpo)), key=lambda token: -abs(response.difference[token]))[:MOST_ROWS]
    return [
        (
            response.text(token).strip(),
            _nats(response.grpo[token]),
            _nats(response.ours[token]),
            _nats(response.difference[token]),
        )
        for token in largest
    ]


def _cells(response: _Response, rule: str, figures: StepFigures) -> list[Cell]:
    own, theirs = (("none" if value is None else numbers.plain(value, 2)) for value in figures.follow)
    return [
        Cell(caption="Opposite", value=numbers.percent(figures.opposed), detail="of all tokens of the group"),
        Cell(caption="Gradients", value=f"cosine {numbers.plain(figures.cosine, 2)}", detail="1 is the same step"),
        Cell(caption="Follows A, GRPO", value=own, detail="correlation of change and advantage"),
        Cell(caption=f"Follows A, {rule}", value=theirs, detail="the same"),
        Cell(caption="Step", value=f"AdamW, {figures.learning_rate:g}", detail=f"the first; {figures.adapter}"),
        Cell(caption="Response", value=numbers.plural(len(response.grpo), "token"), detail="of this one"),
    ]


def _nats(value: float) -> str:
    return numbers.signed(value, 3)
