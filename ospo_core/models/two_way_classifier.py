"""A classification head on a transformer that looks both ways: every text is computed whole.

Knows nothing of rewards. Prompt and answer go in as a pair, unless the tokenizer has a chat template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from numpy import ndarray
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ospo_core.models.batch_budget import BatchBudget
from ospo_core.models.class_label import ClassLabel
from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.tokenized import Tokenized, require_window, tokenized
from ospo_core.models.transfer import on_device, padded
from ospo_core.models.turn_reader import TurnReader
from ospo_core.text.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One text as the model gets it, and which of its tokens it may see."""

    tokens: Tokenized
    visible: Bool[ndarray, "t"]


class TwoWayClassifier:
    """Scores answers under one label. Safe to share between threads."""

    def __init__(self, *, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, window: int) -> None:
        self._model, self._tokenizer, self._window = model, tokenizer, window
        self._reader = TurnReader(tokenizer, window)
        self._budget = BatchBudget()
        self._typed = "token_type_ids" in tokenizer.model_input_names

    @property
    def identity(self) -> Mapping[str, Any]:
        """How texts become tokens."""
        layout = {} if self._reader.dialogue.has_template else {"layout": "pair"}
        return {**self._reader.identity, **layout}

    def scores(
        self, pairs: Sequence[tuple[str, str]], hidden: Sequence[Sequence[Span]], label: ClassLabel
    ) -> Float64[ndarray, "b"]:
        """One number per pair. Raises: TextError: one is longer than the model reads."""

        def work(batch: Int64[ndarray, "_"]) -> None:
            values[batch] = label.scores(self._logits([rows[row] for row in batch]))
            count_forward_tokens(int(lengths[batch].sum()))

        rows = list(self._rows(pairs, hidden))
        lengths = np.array([len(row.tokens.ids) for row in rows], dtype=np.int64)
        values = np.empty(len(rows), dtype=np.float64)
        with torch.inference_mode():
            self._budget.spend(lengths, work)
        return values

    def _rows(self, pairs: Sequence[tuple[str, str]], hidden: Sequence[Sequence[Span]]) -> Iterator[_Row]:
        if self._reader.dialogue.has_template:
            for turn, spans in zip(self._reader.read(pairs), hidden, strict=True):
                yield _Row(tokens=turn.tokens, visible=~turn.tokens.touched(turn.in_turn(spans)))
            return
        backend = self._tokenizer.backend_tokenizer
        for tokens, spans in zip(tokenized(backend, pairs, special=True), hidden, strict=True):
            require_window(len(tokens.ids), self._window)
            yield _Row(tokens=tokens, visible=~tokens.touched(spans))

    def _logits(self, rows: Sequence[_Row]) -> torch.Tensor:
        device = self._model.device
        # Some models find a token's position by comparing with the padding's number.
        ids = padded([row.tokens.ids for row in rows], fill=self._model.config.pad_token_id or 0)
        types = {"token_type_ids": on_device(padded([row.tokens.types for row in rows]), device)}
        return self._model(
            input_ids=on_device(ids, device),
            attention_mask=on_device(padded([row.visible for row in rows]), device),
            **(types if self._typed else {}),
        ).logits
