"""Sentence embeddings from a transformer: mean over the tokens that are seen, scaled to length 1.

The same arithmetic as sentence-transformers (Reimers & Gurevych 2019) for models of that recipe, without its
dependency. Knows nothing of rewards. Importing this module imports torch and transformers, which takes seconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from numpy import ndarray
from tokenizers import Tokenizer
from transformers import AutoModel, PreTrainedModel

from ospo_core.errors import SettingsError
from ospo_core.models.batch_budget import BatchBudget
from ospo_core.models.distinct import Distinct
from ospo_core.models.laid_out_linear import lay_out
from ospo_core.models.loaded_model import LoadedOnce, load_weights, weights_identity
from ospo_core.models.loaded_tokenizer import scoring_tokenizer, window_of
from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.model_files import ModelFiles, find_model
from ospo_core.models.packed_bert import PackedBert
from ospo_core.models.shared_batches import SharedBatches
from ospo_core.models.text_encoder import Embeddings
from ospo_core.models.text_reader import PaddedReader, SeenText, TextReader
from ospo_core.models.tokenized import tokenized
from ospo_core.text.spans import Span

BATCH_TOKENS = 4096
"""Tokens of one forward pass, padding included. Sorted batches of this size cost no more than larger ones on a CPU."""

BUNDLED_ENCODERS = ("all-MiniLM-L6-v2",)

MEAN_POOLING_MODULES = {"Transformer", "Pooling", "Normalize"}


class SentenceEncoder:
    """Embeds texts in sorted batches, each distinct text once per call. Safe to share between threads.

    A text is read up to `max_tokens` pieces, special ones included; `truncated` says which texts are longer.
    `weights` are the name, hash and precision of the weights.

    Raises: SettingsError: the tokenizer adds no special tokens, so that an empty text would have no vector.
    """

    def __init__(
        self, *, weights: Mapping[str, str], tokenizer: Tokenizer, model: PreTrainedModel, max_tokens: int
    ) -> None:
        if tokenizer.num_special_tokens_to_add(is_pair=False) == 0:
            raise SettingsError(
                f"{weights['model']}: the tokenizer adds no special tokens; choose a sentence-embedding model"
            )
        tokenizer.enable_truncation(max_tokens)
        self._weights, self._max_tokens = weights, max_tokens
        self._tokenizer = tokenizer
        self._reader = _reader_of(model)
        self._batches = SharedBatches(self._vectors, BatchBudget(BATCH_TOKENS), alike=self._reader.alike)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Model name, sha256 of its weights, precision, tokens it reads."""
        return {**self._weights, "max_tokens": self._max_tokens}

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """One unit vector per text, in order: one forward pass over each distinct text."""
        distinct = Distinct(texts)
        # Without offsets, which nobody asks for here, tokenizing is twice as fast.
        pieces = [np.array(some.ids, dtype=np.int64) for some in self._tokenizer.encode_batch_fast(distinct.items)]
        return self._embed([SeenText(ids=ids, visible=np.ones(len(ids), dtype=bool)) for ids in pieces])[distinct.rows]

    def encode_hidden(self, texts: Sequence[str], hidden: Sequence[Sequence[Span]]) -> Embeddings:
        """As `encode`, with attention and pooling kept from every piece that touches a hidden span.

        Special pieces stay visible, so that a text hidden from end to end has a vector.
        """
        known = Distinct(texts)
        pieces = dict(zip(known.items, tokenized(self._tokenizer, known.items, special=True), strict=True))
        distinct = Distinct([(text, tuple(spans)) for text, spans in zip(texts, hidden, strict=True)])
        rows = [SeenText(ids=pieces[text].ids, visible=~pieces[text].touched(spans)) for text, spans in distinct.items]
        return self._embed(rows)[distinct.rows]

    def truncated(self, texts: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the texts of more than `max_tokens` pieces. Tokenizes; no forward pass."""
        distinct = Distinct(texts)
        longer = [bool(pieces.overflowing) for pieces in self._tokenizer.encode_batch(distinct.items)]
        return np.array(longer, dtype=bool)[distinct.rows]

    def _embed(self, texts: Sequence[SeenText]) -> Embeddings:
        vectors = self._batches.values([self._reader.row(text, self._max_tokens) for text in texts])
        count_forward_tokens(sum(len(text.ids) for text in texts))
        return np.array(vectors, dtype=np.float32).reshape(len(texts), self._reader.hidden_size)

    def _vectors(self, texts: Sequence[SeenText], width: int) -> Embeddings:
        return torch.nn.functional.normalize(self._reader.means(texts, width), dim=1).cpu().numpy()


def _reader_of(model: PreTrainedModel) -> TextReader:
    """The fast way where the model is one that it knows."""
    if PackedBert.can_read(model):
        return PackedBert(model)
    lay_out(model)
    return PaddedReader(model)


def load_encoder(name: str) -> SentenceEncoder:
    """The encoder of that name, loaded once per process: a bundled model, a local folder, or a Hugging Face id.

    Only safetensors weights are read, and no code of the model's author is run.

    Raises:
        ModelMissing: it is not on this machine and cannot be fetched, or its files cannot be read.
        SettingsError: it pools otherwise than by the mean, which would give other vectors than its author's.
    """
    return _LOADED.get(find_model(name, bundled=BUNDLED_ENCODERS))


def _load(files: ModelFiles) -> SentenceEncoder:
    _check_pooling(files)
    tokenizer = scoring_tokenizer(files)
    model = load_weights(files, AutoModel)
    stated = _json(files.folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return SentenceEncoder(
        weights=weights_identity(files, model),
        tokenizer=tokenizer.backend_tokenizer,
        model=model,
        max_tokens=window_of(model.config, tokenizer) if stated is None else int(stated),
    )


_LOADED = LoadedOnce(_load)


def _check_pooling(files: ModelFiles) -> None:
    modules = _json(files.folder / "modules.json", [])
    kinds = {str(module["type"]).rpartition(".")[2] for module in modules}
    pooling = _json(files.folder / "1_Pooling" / "config.json", {})
    others = [mode for mode, on in pooling.items() if mode.startswith("pooling_mode_") and on is True]
    if kinds - MEAN_POOLING_MODULES or set(others) - {"pooling_mode_mean_tokens"}:
        raise SettingsError(f"model {files.name} does not embed by the mean over its tokens; choose one that does")


def _json(path: Path, absent: Any) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else absent
