"""Rules and clips as the page offers them, and the request that a further one takes. Knows neither screen nor HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FLAT = "uniform"
RULES = (
    "proportional",
    "rank",
    "hybrid",
    "signed",
    "return_to_go",
    "prefix",
    "past_conditioned",
    "blend",
    "rank_as_published",
)
"""Every rule beside uniform, which is GRPO and stands at the left."""

OFF = "off"
CLIPS: Mapping[str, Mapping[str, Any] | None] = {
    OFF: None,
    "2 σ": {"bound": 2.0, "mass": "given_back"},
    "3 σ": {"bound": 3.0, "mass": "given_back"},
}
"""Bounds on token advantages by the name on the button."""


def rule_words(rule: str) -> str:
    """A rule as it is written on a page."""
    return "uniform, GRPO" if rule == FLAT else rule.replace("_", " ")


def clip_words(clip: Mapping[str, Any] | None) -> str:
    """The name of a request's clip; one that has no button is described."""
    given = None if clip is None else (float(clip["bound"]), clip.get("mass", "given_back"))
    for name, offered in CLIPS.items():
        if given == (None if offered is None else (offered["bound"], offered["mass"])):
            return name
    assert given is not None
    return f"{given[0]:g} σ{', mass cut' if given[1] == 'cut' else ''}"


def further_request(request: Mapping[str, Any], rule: str, clip: str) -> dict[str, Any]:
    """The same group under one more rule, or with another clip; what it has already stays in it."""
    rules = list(request["rules"]) if rule in request["rules"] else [*request["rules"], rule]
    chosen = request["clip"] if clip == clip_words(request["clip"]) else CLIPS[clip]
    return {**request, "rules": rules, "clip": chosen}
