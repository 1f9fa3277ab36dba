"""A response of which nothing is known yet, as a view: its text where it will stand, and "none" for every number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BLANK = "\N{NO-BREAK SPACE}"
"""Keeps the room of a line."""
_LEVELS = ("token", "word", "phrase", "clause", "sentence")
_CELLS = ("Conserved", "Evaluations", "Standard error", "Method", "Reward", "Time")
_TOKENS = ("text", "credit", "interval", "value", "margin", "advantage", "where", "label", "mark", "ladder")
_PARTS = ("kind", "quote", "credit", "interval", "value", "margin", "mark", "label")


def unexplained(response: str) -> Mapping[str, Any]:
    """For `credit_view`. No letter moves when the credit of the same text follows under the same key."""
    return {
        "kind": "explain",
        "sentence": [["text", "What each token of this response earned is not known yet."]],
        "notice": "",
        "unit": "credit per token, in reward units",
        "has_group": False,
        "scale": {"domain": 1.0, "ticks": [_BLANK] * 9, "least": "the first step", "words": ["blame", "credit"]},
        "cues": {"uncertain": True, "beyond": False},
        "flat": None,
        "own": {"title": "Owen credit", "summary": "none yet", "pieces": [["gap", response, "", None]]},
        "levels": list(_LEVELS),
        "bands": ["phrase", "clause", "sentence"],
        "tokens": {name: [] for name in _TOKENS},
        "parts": {name: [] for name in _PARTS},
        "owners": {},
        "order": [],
        "ladder": {"low": -1.0, "high": 1.0},
        "largest": [],
        "pinned": None,
        "cells": [
            {"caption": name, "value": "none", "detail": "\N{NO-BREAK SPACE}", "alarm": False} for name in _CELLS
        ],
        "estimates": None,
        "reward_spec": "",
        "method_spec": "",
    }
