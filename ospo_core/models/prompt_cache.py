"""Keys and values of a prompt, computed once and attended to by every text that begins with it.

Knows nothing of rewards. Departs from the cache that generation uses in one thing: it never grows, since what
comes after the prompt is read once and not continued. So a batch holds a prompt's keys for one layer at a time.
"""

from __future__ import annotations

import threading
from typing import Any

import torch
from jaxtyping import Int64
from numpy import ndarray
from transformers import Cache, DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.transfer import on_device


class _PromptLayer(DynamicLayer):
    """One layer's keys and values of a prompt, for any number of texts at once."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        super().__init__()
        self.keys, self.values = keys, values
        self.dtype, self.device = keys.dtype, keys.device
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The prompt's and the new ones in a row; the new ones are not kept."""
        return _after(self.keys, key_states), _after(self.values, value_states)


def _after(prompt: torch.Tensor | None, new: torch.Tensor) -> torch.Tensor:
    assert prompt is not None
    return torch.cat([prompt.expand(new.shape[0], -1, -1, -1), new], dim=-2)


class PromptCache:
    """The most recent prompt of one model. Safe to share between threads: a prompt in use stays with its user."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._key = b""
        self._layers: list[tuple[torch.Tensor, torch.Tensor]] = []

    def begin(self, prompt: Int64[ndarray, "p"], shared: int) -> Cache | None:
        """What to attend to for texts that share the first `shared` tokens of `prompt`; None where that is nothing.

        One forward pass over the whole prompt, unless it was the last one asked for.
        """
        if shared == 0:
            return None
        return Cache(
            layers=[_PromptLayer(keys[:, :, :shared], values[:, :, :shared]) for keys, values in self._of(prompt)]
        )

    def _of(self, prompt: Int64[ndarray, "p"]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        key = prompt.tobytes()
        with self._lock:
            if key != self._key:
                # The old one is let go first: two long prompts at once may be more than the memory holds.
                self._key, self._layers = b"", []
                self._layers = self._computed(prompt)
                self._key = key
            return self._layers

    def _computed(self, prompt: Int64[ndarray, "p"]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        cache = DynamicCache()
        ids = on_device(prompt[None], self._model.device)
        self._model(input_ids=ids, past_key_values=cache, use_cache=True)
        count_forward_tokens(len(prompt))
        return [_kept(layer) for layer in cache.layers]


def _kept(layer: object) -> tuple[torch.Tensor, torch.Tensor]:
    if not isinstance(layer, DynamicLayer) or layer.keys is None or layer.values is None:
        raise NotImplementedError("a layer without keys and values of every token")
    return layer.keys, layer.values
