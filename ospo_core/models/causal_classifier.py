"""A classification head on a causal transformer: read off the last token of the turn, the prompt computed once.

Knows nothing of rewards. Does not use the model's own choice of the last token: that one looks for padding by its
number, which is a token of the text in models that pad with the end of a turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from transformers import PreTrainedModel

from ospo_core.errors import SettingsError
from ospo_core.models.causal_scorer import CausalScorer, backbone_of, filled_up
from ospo_core.models.class_label import ClassLabel
from ospo_core.models.passage import Passage, passage
from ospo_core.models.turn_reader import TokenizedTurn, TurnReader
from ospo_core.text.spans import Span


class CausalClassifier:
    """Scores answers under one label. Safe to share between threads.

    Raises: SettingsError: the model cannot go on from a prompt it has read, or its head is none of one linear layer.
    """

    def __init__(self, *, name: str, model: PreTrainedModel, reader: TurnReader) -> None:
        head = dict(model.named_children()).get("score")
        if head is None:
            raise SettingsError(f"model {name} is causal without a linear head called score; choose another model")
        self._head, self._reader = head, reader
        self._scorer = CausalScorer(backbone_of(model), self._logits, reader.window)

    @property
    def identity(self) -> Mapping[str, Any]:
        """How texts become tokens."""
        return self._reader.identity

    def scores(
        self,
        pairs: Sequence[tuple[str, str]],
        hidden: Sequence[Sequence[Span]],
        label: ClassLabel,
        indices: Sequence[int],
    ) -> Float64[ndarray, "b"]:
        """One number per pair. Raises: TextError: one is longer than the model reads; names it by `indices`."""
        turns = self._reader.read(pairs, indices)
        passages = [_passage(turn, spans) for turn, spans in zip(turns, hidden, strict=True)]
        return label.scores(self._scorer.read(passages).reshape(len(passages), label.count))

    def _logits(self, states: torch.Tensor, passages: Sequence[Passage]) -> Float64[ndarray, "b labels"]:
        return self._head(filled_up(states))[: len(passages)].float().cpu().double().numpy()


def _passage(turn: TokenizedTurn, hidden: Sequence[Span]) -> Passage:
    """Read at the last token that is seen: a hidden one would still tell of itself."""
    visible = ~turn.tokens.touched(turn.in_turn(hidden))
    last = int(np.flatnonzero(visible)[-1])
    return passage(turn.prompt, turn.tokens.ids, visible, slice(last, last + 1))
