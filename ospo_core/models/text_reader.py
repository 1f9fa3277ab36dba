"""What turns token numbers into one mean state a text: two ways, the same numbers to rounding. Knows no tokenizer."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int64
from numpy import ndarray
from transformers import PreTrainedModel

from ospo_core.models.batch_budget import canonical_width
from ospo_core.models.shared_batches import Row
from ospo_core.models.transfer import on_device, padded


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenText:
    """One text as the model gets it: token numbers, and which of them it may see (one at least)."""

    ids: Int64[ndarray, "t"]
    visible: Bool[ndarray, "t"]


@runtime_checkable
class TextReader(Protocol):
    """Reads batches of texts, and says which texts may share one."""

    hidden_size: int

    def row(self, text: SeenText, most_tokens: int) -> Row[SeenText]:
        """The text as a row of a batch; `most_tokens` is the longest the model reads."""
        ...

    def alike(self, row: Row[Any]) -> Hashable:
        """Equal for rows that may share a batch."""
        ...

    def means(self, texts: Sequence[SeenText], width: int) -> Float[torch.Tensor, "b d"]:
        """The mean of the last states over the visible tokens of each text."""
        ...


class PaddedReader:
    """Any model of transformers on any device: texts of one width, filled up on the right."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self.hidden_size: int = model.config.hidden_size

    def row(self, text: SeenText, most_tokens: int) -> Row[SeenText]:
        """Its width is that of its length alone, see `batch_budget`."""
        return Row(content=text, width=canonical_width(len(text.ids), most_tokens))

    def alike(self, row: Row[Any]) -> Hashable:
        """Rows of one width."""
        return row.shape

    def means(self, texts: Sequence[SeenText], width: int) -> Float[torch.Tensor, "b d"]:
        """One forward pass over texts padded to `width`."""
        device = self._model.device
        with torch.inference_mode():
            mask = on_device(padded([text.visible for text in texts], width), device)
            ids = on_device(padded([text.ids for text in texts], width), device)
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            weights = mask.unsqueeze(-1).to(states.dtype)
            return (states * weights).sum(dim=1) / weights.sum(dim=1)
