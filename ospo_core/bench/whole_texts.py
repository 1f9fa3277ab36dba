"""The bundled language model on whole texts, prompt included: what scoring costs where nothing is shared.

The same number as the reward `likelihood`, to rounding. Texts are tokenized beforehand and the model's head sees only
the tokens of the ending, so that what differs from ours is the prompt alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from transformers import AutoModelForCausalLM, AutoTokenizer

from ospo_core.bench.sorted_batches import sorted_batches
from ospo_core.models.batch_budget import BatchBudget
from ospo_core.models.bundled_language_model import bundled_language_model
from ospo_core.models.device import choose_device, choose_precision
from ospo_core.models.metering import count_forward_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeText:
    """Token numbers of prompt and answer, and which of them are the ending: first to before stop."""

    ids: list[int]
    first: int
    stop: int


class WholeTexts:
    """Scores prompt and answer as one text each time. Raises: ModelMissing."""

    def __init__(self) -> None:
        folder, device = bundled_language_model(), choose_device()
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, dtype=choose_precision(device))
        # The library's annotations take the device for the model.
        self._model = model.eval().to(device)  # pyright: ignore[reportArgumentType]

    def tokenized(self, prompt: str, answers: Sequence[str], ending: str) -> list[WholeText]:
        """Not part of what is timed. Every answer ends with `ending`."""
        return [self._whole(prompt, answer, ending) for answer in answers]

    def one_by_one(self, texts: Sequence[WholeText]) -> Float64[ndarray, "b"]:
        """Mean log-probability of each ending in nats a token; one forward pass per text."""
        return np.concatenate([self._forward([text]) for text in texts])

    def batched(self, texts: Sequence[WholeText]) -> Float64[ndarray, "b"]:
        """The same in sorted batches of as many tokens as ours have."""
        values = np.empty(len(texts), dtype=np.float64)
        for batch in sorted_batches([len(text.ids) for text in texts], BatchBudget().tokens):
            values[batch] = self._forward([texts[row] for row in batch])
        return values

    def _whole(self, prompt: str, answer: str, ending: str) -> WholeText:
        turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
        text = self._tokenizer.apply_chat_template(turns, tokenize=False)
        start = text.rindex(ending)
        pieces = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        touched = [
            number
            for number, (first, stop) in enumerate(pieces["offset_mapping"])
            if first < start + len(ending) and stop > start
        ]
        return WholeText(ids=pieces["input_ids"][: touched[-1] + 1], first=touched[0], stop=touched[-1] + 1)

    def _forward(self, texts: Sequence[WholeText]) -> Float64[ndarray, "b"]:
        padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(text.ids) for text in texts], batch_first=True)
        ids = padded.to(self._model.device)
        lengths = torch.tensor([len(text.ids) for text in texts], device=ids.device)[:, None]
        seen = (torch.arange(ids.shape[1], device=ids.device)[None] < lengths).to(torch.int64)
        with torch.inference_mode():
            states = self._model.model(input_ids=ids, attention_mask=seen, use_cache=False).last_hidden_state
            values = [self._mean(states[row], ids[row], text) for row, text in enumerate(texts)]
        count_forward_tokens(int(lengths.sum()))
        return np.array(values, dtype=np.float64)

    def _mean(self, states: torch.Tensor, ids: torch.Tensor, text: WholeText) -> float:
        logits = self._model.lm_head(states[text.first - 1 : text.stop - 1]).float().cpu().double()
        wanted = ids[text.first : text.stop].cpu()[:, None]
        return float((logits.gather(1, wanted)[:, 0] - logits.logsumexp(dim=1)).mean())
