"""A causal transformer that reads a prompt once and then many texts that begin with it.

Equal to reading every text whole, to rounding: a causal model's states of the prompt do not depend on what follows.
Knows nothing of what is made of the states. Importing this module imports torch and transformers, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from numpy import ndarray
from transformers import PreTrainedModel

from ospo_core.errors import SettingsError
from ospo_core.models.batch_budget import LEAST_TOKENS, canonical_width
from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.passage import Passage
from ospo_core.models.passage_tree import PassageTree, passage_trees
from ospo_core.models.prompt_cache import Layers, PromptCache, begin
from ospo_core.models.shared_batches import Row, SharedBatches
from ospo_core.models.transfer import on_device, padded

Reading = Callable[[torch.Tensor, Sequence[Passage]], Float64[ndarray, "b ..."]]
"""What is wanted of each passage, from the wanted states of all of them in a row."""

_PROBE, _OTHER_END = (3, 1, 2, 1), (3, 1, 3, 3)

_Begun = tuple[Passage, Layers]
"""A passage with the layers of its prompt, of which it shares the beginning."""


class CausalScorer:
    """What `reading` makes of final states of a causal transformer without its head. Safe to share between threads.

    `window` is the longest text the model has positions for.
    Raises: SettingsError: the model cannot go on from a prompt it has read.
    """

    def __init__(self, backbone: PreTrainedModel, reading: Reading, window: int) -> None:
        self._backbone, self._reading, self._window = backbone, reading, window
        self._batches: SharedBatches[_Begun, Any] = SharedBatches(self._values)
        self._prompts = PromptCache(backbone, self._batches.turn)
        self._probe()
        self._reads_trees = self._can_read_trees()

    def read(self, passages: Sequence[Passage]) -> Float64[ndarray, "b ..."]:
        """What is wanted of each passage, in order. Passages of one prompt share batches with other callers' ones.

        Cost: one forward pass over every distinct prompt (none if it was among the last ones) and every rest. On a
        processor, what several rests begin with alike is computed once too, and callers take turns.
        """
        order = sorted(range(len(passages)), key=lambda number: _beginning(passages[number]))
        values: dict[int, Any] = {}
        for _, group in groupby(order, key=lambda number: _beginning(passages[number])):
            members = list(group)
            values.update(zip(members, self._read_together([passages[member] for member in members]), strict=True))
        return np.array([values[number] for number in range(len(passages))], dtype=np.float64)

    def _read_together(self, passages: Sequence[Passage]) -> Sequence[Any]:
        """Passages that part from one prompt at one place."""
        layers = self._prompts.read(passages[0].prompt) if passages[0].shared else []
        if self._reads_trees:
            return self._read_in_trees(passages, layers)
        values = self._batches.values([self._row(one, layers) for one in passages])
        count_forward_tokens(sum(len(one.rest) for one in passages))
        return values

    def _read_in_trees(self, passages: Sequence[Passage], layers: Layers) -> Sequence[Any]:
        """A tree a turn, all of one caller: who else asks changes no bit of it."""
        values: dict[int, Any] = {}
        for members, tree in passage_trees(passages):
            with self._batches.turn(), torch.inference_mode():
                read = self._reading(self._states_in(tree, layers), tree.passages)
            values.update(zip(members, read, strict=True))
            count_forward_tokens(len(tree.ids))
        return [values[number] for number in range(len(passages))]

    def _states_in(self, tree: PassageTree, layers: Layers) -> torch.Tensor:
        shared, device, nodes = tree.passages[0].shared, self._backbone.device, len(tree.ids)
        # Filled up to one of a few widths: oneDNN keeps some 2 MB for every number of rows that it has met.
        width = canonical_width(nodes, 2 * nodes)
        among = np.eye(width, dtype=bool)
        among[:nodes, :nodes] = tree.seen
        seen = torch.from_numpy(np.pad(among, ((0, 0), (shared, 0)), constant_values=True))
        unseen = torch.zeros(seen.shape, dtype=self._backbone.dtype).masked_fill_(~seen, -torch.inf)
        states = self._backbone(
            input_ids=on_device(padded([tree.ids], width), device),
            attention_mask=unseen[None, None].to(device),
            position_ids=on_device(padded([tree.depths + shared], width, fill=shared), device),
            past_key_values=begin(layers, shared) if shared else None,
            use_cache=False,
        ).last_hidden_state[0]
        return torch.cat([states[path[one.wanted]] for one, path in zip(tree.passages, tree.paths, strict=True)])

    def _row(self, passage: Passage, layers: Layers) -> Row[_Begun]:
        width = canonical_width(len(passage.rest), self._window - passage.shared)
        beginning: Hashable = _beginning(passage)
        return Row(content=(passage, layers), width=width, beginning=beginning, context=passage.shared)

    def _values(self, batch: Sequence[_Begun], width: int) -> Float64[ndarray, "b ..."]:
        passages = [passage for passage, _ in batch]
        with torch.inference_mode():
            return self._reading(self._states(passages, batch[0][1], width), passages)

    def _states(self, batch: Sequence[Passage], layers: Layers, width: int) -> torch.Tensor:
        shared, device = batch[0].shared, self._backbone.device
        seen = np.pad(padded([row.visible for row in batch], width), ((0, 0), (shared, 0)), constant_values=1)
        positions = np.arange(shared, shared + width)[None]
        states = self._backbone(
            input_ids=on_device(padded([row.rest for row in batch], width), device),
            attention_mask=on_device(seen, device),
            position_ids=on_device(positions, device),
            past_key_values=begin(layers, shared) if shared else None,
            use_cache=False,
        ).last_hidden_state
        return torch.cat([states[number, row.wanted] for number, row in enumerate(batch)])

    def _probe(self) -> None:
        tokens = np.array(_PROBE, dtype=np.int64)
        try:
            with torch.inference_mode():
                whole, continued = self._probed(tokens, 0), self._probed(tokens, 2)
        except (TypeError, ValueError, RuntimeError, AttributeError, NotImplementedError) as error:
            raise SettingsError(f"the model cannot go on from a prompt it has read ({type(error).__name__})") from error
        if not _alike(whole[2:], continued):
            raise SettingsError("the model loses its place when it goes on from a prompt it has read")

    def _can_read_trees(self) -> bool:
        """Whether the model takes our word for what a token sees; one with a window of its own need not.

        On a GPU, where nobody has measured whether it pays, no.
        """
        if not _sees_everything(self._backbone) or self._backbone.device.type != "cpu":
            return False
        texts = [np.array(tokens, dtype=np.int64) for tokens in (_PROBE, _OTHER_END)]
        passages = [_all_of(text, 1) for text in texts]
        try:
            with torch.inference_mode():
                whole = torch.cat([self._probed(text, 0)[1:] for text in texts])
                in_tree = self._states_in(PassageTree.of(passages), self._prompts.read(texts[0]))
        except (TypeError, ValueError, RuntimeError, AttributeError, NotImplementedError):
            return False
        return _alike(whole, in_tree)

    def _probed(self, tokens: Int64[ndarray, "t"], shared: int) -> torch.Tensor:
        layers = self._prompts.read(tokens) if shared else []
        return self._states([_all_of(tokens, shared)], layers, len(tokens) - shared)


def _all_of(tokens: Int64[ndarray, "t"], shared: int) -> Passage:
    """Everything after the shared tokens is seen and wanted."""
    rest = tokens[shared:]
    visible = np.ones(len(rest), dtype=bool)
    return Passage(prompt=tokens, shared=shared, rest=rest, visible=visible, wanted=slice(0, len(rest)))


def filled_up(states: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, "m d"]:
    """With copies of the first to as many rows as a head needs for each to have the same bits among any others."""
    return (
        torch.cat([states, states[:1].expand(LEAST_TOKENS - len(states), -1)]) if len(states) < LEAST_TOKENS else states
    )


def backbone_of(model: PreTrainedModel) -> PreTrainedModel:
    """The transformer under a model's head."""
    backbone = model.base_model
    assert isinstance(backbone, PreTrainedModel)
    return backbone


def reads_causally(backbone: PreTrainedModel) -> bool:
    """Whether a token's state is untouched by what follows it. Two forward passes over four tokens.

    The model itself is asked: some of an architecture known as causal were trained to look both ways.
    """
    if backbone.config.is_encoder_decoder:
        return False
    with torch.inference_mode():
        states, others = (
            backbone(input_ids=torch.tensor([tokens], device=backbone.device)).last_hidden_state[0, :2]
            for tokens in (_PROBE, _OTHER_END)
        )
    return _alike(states, others)


def _sees_everything(backbone: PreTrainedModel) -> bool:
    """Whether every layer looks at all tokens before, as far as the model's settings say."""
    settings = backbone.config.to_dict()
    limited = any(settings.get(name) for name in ("sliding_window", "attention_chunk_size"))
    return not limited and set(settings.get("layer_types") or ()) <= {"full_attention"}


def _alike(states: torch.Tensor, others: torch.Tensor) -> bool:
    """To rounding, which is relative to the largest number in 32 bits, and coarse in 16."""
    slack = (1e-4 if states.dtype == torch.float32 else 5e-2) * float(states.abs().max())
    return torch.allclose(states, others, rtol=0, atol=slack)


def _beginning(passage: Passage) -> tuple[bytes, int]:
    return passage.prompt.tobytes() if passage.shared else b"", passage.shared
