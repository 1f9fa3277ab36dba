"""vLLM's pooling endpoints: /classify, /score and /pooling.

Source: the documentation of vLLM's OpenAI-compatible server, sections classification, score and pooling API, and the
request and response models beside it, releases 0.10 to 0.11 and main of 2026. `use_activation` (raw logits or
probabilities) and `task` exist since 0.11; earlier servers ignore them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ospo_core.errors import RewardError
from ospo_core.rewards.endpoint_contracts import EMPTY_TEXT, Pair, TextTemplate, chosen, entry, number, rows_by_index


@dataclass(frozen=True, slots=True, kw_only=True)
class _VllmContract:
    """What the three have in common: a model by name, and rows with an index under "data"."""

    model: str
    activation: bool | None
    spare_inputs: int = 0

    def _body(self, **inputs: Any) -> Mapping[str, Any]:
        activation = {} if self.activation is None else {"use_activation": self.activation}
        return {"model": self.model, **inputs, **activation}

    def _rows(self, document: Any, count: int) -> list[Any]:
        if entry(document, "model") != self.model:
            raise RewardError("the answer is of another model than the one that was asked for; check model")
        return rows_by_index(entry(document, "data"), count)


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmClassify(_VllmContract):
    """A sequence classifier or reward model: one vector of class values a text."""

    template: TextTemplate
    class_index: int | None
    path: str = "/classify"

    def body(self, pairs: Sequence[Pair]) -> Mapping[str, Any]:
        """One text a pair."""
        return self._body(input=[self.template.text(pair) for pair in pairs])

    def scores(self, document: Any, count: int) -> list[float]:
        """The chosen class of "probs", which are logits where `activation` is off."""
        return [
            chosen(_vector(entry(row, "probs"), index), self.class_index, index)
            for index, row in enumerate(self._rows(document, count))
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmScore(_VllmContract):
    """A cross-encoder, or the cosine of an embedding model: the prompt is the first text, the response the second."""

    path: str = "/score"
    template: None = None

    def body(self, pairs: Sequence[Pair]) -> Mapping[str, Any]:
        """Two lists, paired by position."""
        return self._body(
            text_1=[prompt or EMPTY_TEXT for prompt, _ in pairs],
            text_2=[response or EMPTY_TEXT for _, response in pairs],
        )

    def scores(self, document: Any, count: int) -> list[float]:
        """The "score" of each row."""
        return [number(entry(row, "score"), index) for index, row in enumerate(self._rows(document, count))]


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmPooling(_VllmContract):
    """A reward model's own output: a vector a text, or with `last_token` a vector a token, of which the last counts."""

    template: TextTemplate
    class_index: int | None
    last_token: bool
    path: str = "/pooling"

    def body(self, pairs: Sequence[Pair]) -> Mapping[str, Any]:
        """One text a pair."""
        task = "token_classify" if self.last_token else "classify"
        return self._body(input=[self.template.text(pair) for pair in pairs], task=task)

    def scores(self, document: Any, count: int) -> list[float]:
        """The chosen place of the vector under "data"."""
        return [
            chosen(self._vector(entry(row, "data"), index), self.class_index, index)
            for index, row in enumerate(self._rows(document, count))
        ]

    def _vector(self, value: Any, index: int) -> list[Any]:
        outer = _vector(value, index)
        if self.last_token:
            return _vector(outer[-1], index)
        if isinstance(outer[0], list):
            raise RewardError("the answer has a vector for every token; set last_token: true", index=index)
        return outer


def _vector(value: Any, index: int) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise RewardError("the answer has no list of numbers for an input; check contract", index=index)
    return value
