"""A causal transformer that reads a prompt once and then many texts that begin with it.

Equal to reading every text whole, to rounding: a causal model's states of the prompt do not depend on what follows.
Knows nothing of what is made of the states. Importing this module imports torch and transformers, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
import torch
from jaxtyping import Float64, Int64
from numpy import ndarray
from transformers import PreTrainedModel

from ospo_core.errors import SettingsError
from ospo_core.models.batch_budget import BatchBudget
from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.passage import Passage
from ospo_core.models.prompt_cache import PromptCache
from ospo_core.models.transfer import on_device, padded

Reading = Callable[[torch.Tensor, Sequence[Passage]], Float64[ndarray, "b"]]
"""One number per passage, from the wanted states of all of them in a row."""

_PROBE, _OTHER_END = (3, 1, 2, 1), (3, 1, 3, 3)


class CausalScorer:
    """Final states of a causal transformer without its head. Safe to share between threads.

    Raises: SettingsError: the model cannot go on from a prompt it has read.
    """

    def __init__(self, backbone: PreTrainedModel) -> None:
        self._backbone = backbone
        self._prompts = PromptCache(backbone)
        self._budget = BatchBudget()
        self._probe()

    def read(self, passages: Sequence[Passage], reading: Reading) -> Float64[ndarray, "b"]:
        """What `reading` makes of each passage's wanted states, in order.

        Cost: one forward pass over every distinct prompt (none if it was the last one read) and every rest.
        """
        values = np.empty(len(passages), dtype=np.float64)
        order = sorted(range(len(passages)), key=lambda number: _beginning(passages[number]))
        with torch.inference_mode():
            for _, members in groupby(order, key=lambda number: _beginning(passages[number])):
                self._read_together(np.array(list(members), dtype=np.int64), passages, reading, values)
        return values

    def _read_together(
        self, members: Int64[ndarray, "m"], passages: Sequence[Passage], reading: Reading, values: Float64[ndarray, "b"]
    ) -> None:
        """Passages that part from one prompt at one place."""

        def work(batch: Int64[ndarray, "_"]) -> None:
            together = [passages[member] for member in members[batch]]
            values[members[batch]] = reading(self._states(together), together)
            count_forward_tokens(int(lengths[batch].sum()))

        lengths = np.array([len(passages[member].rest) for member in members], dtype=np.int64)
        self._budget.spend(lengths, work, context=passages[members[0]].shared)

    def _states(self, batch: Sequence[Passage]) -> torch.Tensor:
        shared, device = batch[0].shared, self._backbone.device
        ids = padded([row.rest for row in batch])
        seen = np.pad(padded([row.visible for row in batch]), ((0, 0), (shared, 0)), constant_values=1)
        positions = np.arange(shared, shared + ids.shape[1])[None]
        states = self._backbone(
            input_ids=on_device(ids, device),
            attention_mask=on_device(seen, device),
            position_ids=on_device(positions, device),
            past_key_values=self._prompts.begin(batch[0].prompt, shared),
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

    def _probed(self, tokens: Int64[ndarray, "t"], shared: int) -> torch.Tensor:
        rest = tokens[shared:]
        everything, visible = slice(0, len(rest)), np.ones(len(rest), dtype=bool)
        return self._states([Passage(prompt=tokens, shared=shared, rest=rest, visible=visible, wanted=everything)])


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


def _alike(states: torch.Tensor, others: torch.Tensor) -> bool:
    """To rounding, which is relative to the largest number in 32 bits, and coarse in 16."""
    slack = (1e-4 if states.dtype == torch.float32 else 5e-2) * float(states.abs().max())
    return torch.allclose(states, others, rtol=0, atol=slack)


def _beginning(passage: Passage) -> tuple[bytes, int]:
    return passage.prompt.tobytes(), passage.shared
