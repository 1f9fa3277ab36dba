"""The bundled encoder without anything of ours around it: sorted batches, forward passes, means.

The ceiling for whatever evaluates these texts with this model: texts are tokenized beforehand, all of them are known
from the start and sorted together, none is looked up, counted or checked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from ospo_core.bench.sorted_batches import sorted_batches
from ospo_core.models.bundled import bundled_path
from ospo_core.models.device import choose_device, choose_precision
from ospo_core.models.encoder import BATCH_TOKENS, load_encoder
from ospo_core.models.text_encoder import Embeddings

TokenNumbers = list[list[int]]
"""Token numbers of each text, special ones included."""


class PlainEncoder:
    """Mean-pooled unit vectors, in batches of the size that ours have. Raises: ModelMissing.

    Attributes:
        tokenizer: the model's, from transformers.
    """

    def __init__(self, name: str = "all-MiniLM-L6-v2") -> None:
        folder, device = bundled_path(name), choose_device()
        self._max_tokens = load_encoder(name).identity["max_tokens"]
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModel.from_pretrained(folder, use_safetensors=True, dtype=choose_precision(device))
        self._model = model.eval().to(device)

    def tokenized(self, texts: Sequence[str]) -> TokenNumbers:
        """Not part of what is timed."""
        return self.tokenizer(list(texts), truncation=True, max_length=self._max_tokens)["input_ids"]

    def embeddings(self, ids: TokenNumbers) -> Embeddings:
        """One unit vector per text, in order."""
        vectors = np.empty((len(ids), self._model.config.hidden_size), dtype=np.float32)
        with torch.inference_mode():
            for batch in sorted_batches([len(row) for row in ids], BATCH_TOKENS):
                vectors[batch] = self._forward([ids[row] for row in batch]).cpu().numpy()
        return vectors

    def padded_together(self, ids: TokenNumbers) -> Embeddings:
        """The same in one batch, whatever its size."""
        with torch.inference_mode():
            return self._forward(ids).cpu().numpy()

    def _forward(self, ids: TokenNumbers) -> torch.Tensor:
        rows = [torch.tensor(row) for row in ids]
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        lengths = torch.tensor([len(row) for row in ids])[:, None]
        seen = (torch.arange(padded.shape[1])[None] < lengths).to(torch.int64).to(self._model.device)
        states = self._model(input_ids=padded.to(self._model.device), attention_mask=seen).last_hidden_state.float()
        weights = seen[:, :, None].float()
        return torch.nn.functional.normalize((states * weights).sum(dim=1) / weights.sum(dim=1), dim=1)
