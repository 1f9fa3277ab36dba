"""Keys and values of a prompt, computed once and attended to by every text that begins with it.

Knows nothing of rewards. Departs from the cache that generation uses in one thing: it never grows, since what
comes after the prompt is read once and not continued. So a batch holds a prompt's keys for one layer at a time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from jaxtyping import Int64
from numpy import ndarray
from transformers import Cache, DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.transfer import on_device

PROMPT_BYTES = 256 * 2**20
"""Memory for prompts nobody is reading at the moment: some 5,600 tokens of the bundled language model."""

Layers = list[tuple[torch.Tensor, torch.Tensor]]
"""Keys and values of a prompt, a pair a layer."""


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
    """The last prompts of one model, as many as fit into `most_bytes`, and one in any case.

    Safe to share between threads: a prompt in use stays with its users. `turn` gives a thread the model to itself.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        turn: Callable[[], AbstractContextManager[None]],
        most_bytes: int = PROMPT_BYTES,
    ) -> None:
        self._model, self._turn, self._most_bytes = model, turn, most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Layers] = OrderedDict()
        self._bytes_per_token = 0.0

    def read(self, prompt: Int64[ndarray, "p"]) -> Layers:
        """Keys and values of all of `prompt`: one forward pass over it, unless it is among the last ones."""
        key = prompt.tobytes()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._turn():
            # Somebody with the same prompt may have had the turn before.
            if key not in self._kept:
                self._make_room(len(prompt))
                layers = self._computed(prompt)
                with self._lock:
                    self._bytes_per_token = _bytes(layers) / len(prompt)
                    self._kept[key] = layers
            return self._kept[key]

    def _make_room(self, tokens: int) -> None:
        """The oldest are let go before the new one is computed: both at once may be more than the memory holds."""
        with self._lock:
            room = self._most_bytes - tokens * self._bytes_per_token
            held = sum(_bytes(layers) for layers in self._kept.values())
            while self._kept and held > room:
                held -= _bytes(self._kept.popitem(last=False)[1])

    def _computed(self, prompt: Int64[ndarray, "p"]) -> Layers:
        cache = DynamicCache()
        ids = on_device(prompt[None], self._model.device)
        with torch.inference_mode():
            self._model(input_ids=ids, past_key_values=cache, use_cache=True)
        count_forward_tokens(len(prompt))
        return [_kept(layer) for layer in cache.layers]


def begin(layers: Layers, shared: int) -> Cache:
    """What to attend to for texts that share the first `shared` tokens of the prompt with these layers."""
    return Cache(layers=[_PromptLayer(keys[:, :, :shared], values[:, :, :shared]) for keys, values in layers])


def _bytes(layers: Layers) -> int:
    return sum(tensor.nbytes for layer in layers for tensor in layer)


def _kept(layer: object) -> tuple[torch.Tensor, torch.Tensor]:
    if not isinstance(layer, DynamicLayer) or layer.keys is None or layer.values is None:
        raise NotImplementedError("a layer without keys and values of every token")
    return layer.keys, layer.values
