"""Edits that check a token's credit, and what came of them: predicted beside measured. Knows no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from frontend.client.bodies import Edit, View
from frontend.numbers import plain, signed

DECIMALS = 2
LONGEST_LABEL = 22
LEVELS = ("word", "phrase")


def edits_for(view: View, token: int, replacement: str | None) -> list[dict[str, Any]]:
    """Remove the token's word; remove its phrase; and, where one is given, replace the word."""
    edits: list[dict[str, Any]] = [{"start": start, "end": end} for start, end in _spans(view, token)]
    if replacement is not None:
        edits.append({**edits[0], "replacement": replacement})
    return edits


def rows_of(view: View, edits: Sequence[Edit]) -> list[list[str]]:
    """One row an edit: what was done, predicted and measured change of the reward, and the reward then."""
    return [_row(str(view["response"]), edit) for edit in edits]


def word_of(view: View, token: int) -> str:
    """The word that a token belongs to, as it stands in the response."""
    start, end = _spans(view, token)[0]
    return _short(str(view["response"])[start:end])


def _row(response: str, edit: Edit) -> list[str]:
    if edit.replacement is None:
        label = f"remove “{_short(response[edit.start : edit.end])}”"
    else:
        label = f"replace by “{_short(edit.replacement)}”"
    predicted = "none" if edit.predicted_change is None else signed(edit.predicted_change, DECIMALS)
    return [label, predicted, signed(edit.change, DECIMALS), plain(edit.reward, DECIMALS)]


def _spans(view: View, token: int) -> list[tuple[int, int]]:
    """Of its word and its phrase; of the token itself where it belongs to neither."""
    owners: Mapping[str, Sequence[int | None]] = view["owners"]
    parts = [owners[level][token] for level in LEVELS if level in owners]
    spans = [_span(view["parts"], part) for part in parts if part is not None]
    return list(dict.fromkeys(spans)) or [_span(view["tokens"], token)]


def _span(columns: Mapping[str, Sequence[Any]], at: int) -> tuple[int, int]:
    return int(columns["start"][at]), int(columns["end"][at])


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1].rstrip()}…"
