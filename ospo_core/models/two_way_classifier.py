"""A classification head on a transformer that looks both ways: every text is computed whole.

Knows nothing of rewards. Prompt and answer go in as a pair, unless the tokenizer has a chat template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float64
from numpy import ndarray
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ospo_core.models.batch_budget import canonical_width
from ospo_core.models.class_label import ClassLabel
from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.shared_batches import Row, SharedBatches
from ospo_core.models.tokenized import Tokenized, require_window, tokenized
from ospo_core.models.transfer import on_device, padded
from ospo_core.models.turn_reader import TurnReader
from ospo_core.text.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One text as the model gets it, and which of its tokens it may see."""

    tokens: Tokenized
    visible: Bool[ndarray, "t"]


class TwoWayClassifier:
    """Scores answers under one label. Safe to share between threads."""

    def __init__(self, *, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, window: int) -> None:
        self._model, self._tokenizer, self._window = model, tokenizer, window
        self._reader = TurnReader(tokenizer, window)
        self._batches = SharedBatches(self._logits)
        self._typed = "token_type_ids" in tokenizer.model_input_names

    @property
    def identity(self) -> Mapping[str, Any]:
        """How texts become tokens."""
        layout = {} if self._reader.dialogue.has_template else {"layout": "pair"}
        return {**self._reader.identity, **layout}

    def scores(
        self,
        pairs: Sequence[tuple[str, str]],
        hidden: Sequence[Sequence[Span]],
        label: ClassLabel,
        indices: Sequence[int],
    ) -> Float64[ndarray, "b"]:
        """One number per pair. Raises: TextError: one is longer than the model reads; names it by `indices`."""
        texts = list(self._texts(pairs, hidden, indices))
        rows = [Row(content=text, width=canonical_width(len(text.tokens.ids), self._window)) for text in texts]
        logits = self._batches.values(rows)
        count_forward_tokens(sum(len(text.tokens.ids) for text in texts))
        return label.scores(np.array(logits, dtype=np.float64).reshape(len(texts), label.count))

    def _texts(
        self, pairs: Sequence[tuple[str, str]], hidden: Sequence[Sequence[Span]], indices: Sequence[int]
    ) -> Iterator[_Text]:
        if self._reader.dialogue.has_template:
            for turn, spans in zip(self._reader.read(pairs, indices), hidden, strict=True):
                yield _Text(tokens=turn.tokens, visible=~turn.tokens.touched(turn.in_turn(spans)))
            return
        backend = self._tokenizer.backend_tokenizer
        for tokens, spans, index in zip(tokenized(backend, pairs, special=True), hidden, indices, strict=True):
            require_window(len(tokens.ids), self._window, index)
            yield _Text(tokens=tokens, visible=~tokens.touched(spans))

    def _logits(self, texts: Sequence[_Text], width: int) -> Float64[ndarray, "b labels"]:
        device = self._model.device
        # Some models find a token's position by comparing with the padding's number.
        ids = padded([text.tokens.ids for text in texts], width, fill=self._model.config.pad_token_id or 0)
        types = {"token_type_ids": on_device(padded([text.tokens.types for text in texts], width), device)}
        with torch.inference_mode():
            logits = self._model(
                input_ids=on_device(ids, device),
                attention_mask=on_device(padded([text.visible for text in texts], width), device),
                **(types if self._typed else {}),
            ).logits
        return logits.float().cpu().double().numpy()
