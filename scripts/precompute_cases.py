#!/usr/bin/env python3
"""Write what the screen shows before any service answers: two bundled cases, explained, as finished views.

Usage: precompute_cases.py [NAME ...]; without names, both. The same credit every time; a rounding residual may differ.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.attributions.counterfactuals import Counterfactuals
from backend.attributions.schemas import AttributionBody, EditBody, OptionsBody
from backend.rewards.service import example_view
from frontend.deletion_checks import edits_for, rows_of
from ospo_core.attribution import attribute
from ospo_core.cases.case import load_case
from ospo_core.comparison import place_in_group, score_peers
from ospo_core.documents import explain_document, group_place
from ospo_core.report.explain_view import explain_view
from ospo_core.rewards.registry import build_reward

FOLDER = Path(__file__).parents[1] / "frontend" / "cases"
BUDGET = 1024
"""Intervals of about a hundredth of the largest credit, at a few per cent of what exact credit would take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precomputed:
    """A file to write: a bundled case, what it is shown as, and what to try in the place of its largest phrase."""

    name: str
    label: str
    case: str
    replacement: str | None = None


CASES = (
    Precomputed(name="critical_error", label="One critical error", case="medicine", replacement=" 240 mg."),
    Precomputed(name="brilliant_phrase", label="One brilliant phrase", case="finance"),
)


def precomputed(wanted: Precomputed) -> dict[str, Any]:
    """The content of one file: the request that would explain the same again, its cost, its view, some checks."""
    case, example = load_case(wanted.case), example_view(wanted.case)
    reward = build_reward(case.reward["kind"], example.reward.settings, case.folder)
    response = case.responses[case.focus]
    body = AttributionBody(
        prompt=case.prompt, response=response, reward=example.reward, options=OptionsBody(budget=BUDGET)
    )
    peers = score_peers(case.prompt, case.responses, case.focus, reward)
    attribution = attribute(case.prompt, response, reward, body.options.engine_options())
    document = explain_document(attribution, group_place(place_in_group(attribution, peers), peers))
    view = timeless(document)
    measured = Counterfactuals(document, _edits(view, wanted.replacement)).measure(reward)
    return {
        "name": case.name,
        "title": case.title,
        "label": wanted.label,
        "look_for": case.look_for,
        "request": body.model_dump(mode="json", exclude={"tags"}),
        "responses": list(case.responses),
        "document_cost": cost_of(document),
        "view": view,
        "checks": {"token": view["pinned"], "rows": rows_of(view, measured.edits)},
    }


def _edits(view: Mapping[str, Any], replacement: str | None) -> list[EditBody]:
    """Take the pinned token's word out, then its phrase; put the replacement in the place of the phrase."""
    edits = edits_for(view, view["pinned"], None)
    if replacement is not None:
        edits.append({**edits[-1], "replacement": replacement})
    return [EditBody(**edit) for edit in edits]


def timeless(document: Mapping[str, Any]) -> dict[str, Any]:
    """The view of a document without the seconds it took, which no two runs share."""
    view: dict[str, Any] = {**explain_view({**document, "cost": {**document["cost"], "seconds": 0.0}})}
    view["cells"][-1] |= {"value": "precomputed"}
    return view


def cost_of(document: Mapping[str, Any]) -> dict[str, int]:
    """What explaining the response took, without the seconds."""
    return {name: value for name, value in document["cost"].items() if name != "seconds"}


def main(names: list[str]) -> None:
    """Write the files of these names, or of all."""
    unknown = set(names) - {one.name for one in CASES}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(one.name for one in CASES)}")
    for wanted in CASES:
        if not names or wanted.name in names:
            text = json.dumps(precomputed(wanted), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            (FOLDER / f"{wanted.name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
