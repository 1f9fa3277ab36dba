"""Edits of an explained response: the change that its credit predicts beside the one that the reward really shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from backend.attributions.schemas import CounterfactualView, EditBody, EditView
from backend.problems import invalid
from ospo_core.games.masking import masking_named
from ospo_core.games.response_game import response_game
from ospo_core.rewards.checked import checked_scores
from ospo_core.rewards.reward import Reward
from ospo_core.text.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    span: Span
    replacement: str | None
    credit: float
    standard_error: float | None


class Counterfactuals:
    """Edits of the response of an explain document. Raises: ProblemError: 422, a span ends beyond the response."""

    def __init__(self, document: dict[str, Any], edits: Sequence[EditBody]) -> None:
        self._document, self._text = document, document["response"]
        for number, edit in enumerate(edits):
            if edit.end > len(self._text):
                where = ("body", "edits", number, "end")
                raise invalid(where, f"the response has {len(self._text):,} code points")
        self._edits = [self._widened(edit) for edit in edits]

    def measure(self, reward: Reward) -> CounterfactualView:
        """One evaluation an edit. Raises: RewardError, UnsupportedMasking."""
        before = self._document["reward"]
        measured = ((edit, self._reward_after(edit, reward)) for edit in self._edits)
        views = [
            EditView(
                start=edit.span.start,
                end=edit.span.end,
                replacement=edit.replacement,
                credit=edit.credit,
                standard_error=edit.standard_error,
                predicted_change=-edit.credit if edit.replacement is None else None,
                reward=after,
                change=after - before,
            )
            for edit, after in measured
        ]
        return CounterfactualView(reward=before, edits=views)

    def _widened(self, edit: EditBody) -> _Edit:
        """Credit is known of whole tokens only."""
        touched = [
            token for token in self._document["tokens"] if token["start"] < edit.end and edit.start < token["end"]
        ]
        span = Span(touched[0]["start"], touched[-1]["end"])
        errors = {(node["start"], node["end"]): node["standard_error"] for node in self._document["tree"]}
        return _Edit(
            span=span,
            replacement=edit.replacement,
            credit=sum(token["credit"] for token in touched),
            standard_error=errors.get((span.start, span.end)),
        )

    def _reward_after(self, edit: _Edit, reward: Reward) -> float:
        prompt, text, span = self._document["prompt"], self._text, edit.span
        if edit.replacement is not None:
            put = _spaced(edit.replacement, text[span.start : span.end])
            edited = text[: span.start] + put + text[span.end :]
            return float(checked_scores(reward, [prompt], [edited])[0])
        cuts = sorted({0, span.start, span.end, len(text)})
        players = [Span(start, end) for start, end in pairwise(cuts)]
        masking = self._document["masking"]
        game = response_game(
            prompt=prompt,
            text=text,
            players=players,
            reward=reward,
            masking=masking_named(masking["kind"], placeholder=masking.get("placeholder", "")),
        )
        return float(game.worths(np.array([[player != span for player in players]]))[0])


def _spaced(replacement: str, replaced: str) -> str:
    """With the white space around what it replaces, which is a token's and not the word's, unless it has its own."""
    if not replaced.strip():
        return replacement
    before = replaced[: len(replaced) - len(replaced.lstrip())]
    after = replaced[len(replaced.rstrip()) :]
    first, last = replacement[:1].isspace(), replacement[-1:].isspace()
    return ("" if first else before) + replacement + ("" if last else after)
