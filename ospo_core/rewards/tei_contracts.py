"""Text Embeddings Inference: /predict of a classifier, /embed of an embedding model.

Source: its OpenAPI document, release 1.7. It takes at most 32 inputs a request unless it is told otherwise, refuses
empty ones, and serves one model, which /info names. A server started with --auto-truncate cuts long texts silently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ospo_core.errors import RewardError
from ospo_core.rewards.endpoint_contracts import EMPTY_TEXT, Pair, TextTemplate, entry, number, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TeiPredict:
    """A sequence classifier, given prompt and response as a pair, or one text where there is a template."""

    template: TextTemplate | None
    label: str | None
    activation: bool | None
    path: str = "/predict"
    spare_inputs: int = 0

    def body(self, pairs: Sequence[Pair]) -> Mapping[str, Any]:
        """One list a pair, of one or two texts."""
        raw = {} if self.activation is None else {"raw_scores": not self.activation}
        return {"inputs": [self._input(pair) for pair in pairs], **raw}

    def scores(self, document: Any, count: int) -> list[float]:
        """The score of the chosen label; the server sorts them by score, so that a place means nothing."""
        return [self._score(predictions, index) for index, predictions in enumerate(rows(document, count))]

    def _input(self, pair: Pair) -> list[str]:
        return [pair[0], pair[1] or EMPTY_TEXT] if self.template is None else [self.template.text(pair)]

    def _score(self, predictions: Any, index: int) -> float:
        if not isinstance(predictions, list):
            raise RewardError("the answer has no list of labels for an input; check contract", index=index)
        wanted = [one for one in predictions if self.label in (None, entry(one, "label"))]
        if len(wanted) != 1:
            raise RewardError(
                f"the answer has {len(wanted)} of {len(predictions)} labels that fit; "
                "say by label which one is the reward",
                index=index,
            )
        return number(entry(wanted[0], "score"), index)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeiEmbed:
    """Cosine between the embedding of a text and that of a reference, which travels with every batch."""

    template: TextTemplate
    reference: str
    path: str = "/embed"
    spare_inputs: int = 1

    def body(self, pairs: Sequence[Pair]) -> Mapping[str, Any]:
        """The reference, then one text a pair."""
        return {"inputs": [self.reference, *(self.template.text(pair) for pair in pairs)]}

    def scores(self, document: Any, count: int) -> list[float]:
        """Cosines, whether or not the server scales its vectors to length 1."""
        target, *found = rows(document, count + 1)
        unit = _unit(target, None)
        return [_dot(unit, _unit(vector, index), index) for index, vector in enumerate(found)]


def _unit(vector: Any, index: int | None) -> list[float]:
    if not isinstance(vector, list):
        raise RewardError("the answer has no vector for an input; check contract", index=index)
    values = [number(value, index) for value in vector]
    length = math.hypot(*values)
    if not 0 < length < math.inf:
        raise RewardError("the answer has a vector without a direction; check model", index=index)
    return [value / length for value in values]


def _dot(target: Sequence[float], vector: Sequence[float], index: int) -> float:
    if len(target) != len(vector):
        raise RewardError("the answer has vectors of different lengths; check model", index=index)
    return math.fsum(a * b for a, b in zip(target, vector, strict=True))
