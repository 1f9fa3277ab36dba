"""Sentence embeddings from a transformer: mean over the tokens that are seen, scaled to length 1.

The same arithmetic as sentence-transformers (Reimers & Gurevych 2019) for models of that recipe, without its
dependency. Knows nothing of rewards. Importing this module imports torch and transformers, which takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError
from jaxtyping import Bool, Int64
from numpy import ndarray
from safetensors import SafetensorError
from tokenizers import Encoding, Tokenizer
from transformers import AutoModel, AutoTokenizer, PreTrainedModel
from transformers.utils import logging as transformers_logging

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.models.bundled import BUNDLED_MODELS, bundled_path
from ospo_core.models.device import choose_device, choose_precision
from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.text_encoder import Embeddings
from ospo_core.text.spans import Span

BATCH_TOKENS = 4096
"""Tokens of one forward pass, padding included. Sorted batches of this size cost no more than larger ones on a CPU."""

LEAST_FILL = 0.75
"""A few texts of very different lengths would otherwise be mostly padding: a short batch costs less."""

MEAN_POOLING_MODULES = {"Transformer", "Pooling", "Normalize"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One text as the model gets it: piece numbers, and which of them it may see."""

    ids: Int64[ndarray, "t"]
    visible: Bool[ndarray, "t"]


class SentenceEncoder:
    """Embeds texts in sorted batches, each distinct text once per call. Safe to share between threads.

    A text is read up to `max_tokens` pieces, special ones included; `truncated` says which texts are longer.

    Raises: SettingsError: the tokenizer adds no special tokens, so that an empty text would have no vector.
    """

    def __init__(
        self, *, name: str, tokenizer: Tokenizer, model: PreTrainedModel, max_tokens: int, weights_sha256: str
    ) -> None:
        if tokenizer.num_special_tokens_to_add(is_pair=False) == 0:
            raise SettingsError(f"{name}: the tokenizer adds no special tokens; choose a sentence-embedding model")
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_tokens)
        self.name = name
        self.max_tokens = max_tokens
        self.dimension = int(model.config.hidden_size)
        self._tokenizer = tokenizer
        self._model = model
        self._weights_sha256 = weights_sha256

    @property
    def identity(self) -> Mapping[str, Any]:
        """Model name, sha256 of its weights, tokens it reads, precision."""
        return {
            "model": self.name,
            "weights_sha256": self._weights_sha256,
            "max_tokens": self.max_tokens,
            "precision": str(self._model.dtype).removeprefix("torch."),
        }

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """One unit vector per text, in order: one forward pass over each distinct text."""
        distinct = list(dict.fromkeys(texts))
        # Without offsets, which nobody asks for here, tokenizing is twice as fast.
        rows = [_all_visible(piece) for piece in self._tokenizer.encode_batch_fast(distinct)]
        place = {text: row for row, text in enumerate(distinct)}
        return self._embed(rows)[[place[text] for text in texts]]

    def encode_hidden(self, texts: Sequence[str], hidden: Sequence[Sequence[Span]]) -> Embeddings:
        """As `encode`, with attention and pooling kept from every piece that touches a hidden span."""
        wanted = [(text, tuple(spans)) for text, spans in zip(texts, hidden, strict=True)]
        pieces = self._pieces(list(dict.fromkeys(texts)))
        distinct = list(dict.fromkeys(wanted))
        rows = [_partly_visible(pieces[text], text, spans) for text, spans in distinct]
        place = {pair: row for row, pair in enumerate(distinct)}
        return self._embed(rows)[[place[pair] for pair in wanted]]

    def truncated(self, texts: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the texts of more than `max_tokens` pieces. Tokenizes; no forward pass."""
        pieces = self._pieces(list(dict.fromkeys(texts)))
        return np.array([bool(pieces[text].overflowing) for text in texts], dtype=bool)

    def _pieces(self, distinct: list[str]) -> dict[str, Encoding]:
        return dict(zip(distinct, self._tokenizer.encode_batch(distinct), strict=True))

    def _embed(self, rows: Sequence[_Row]) -> Embeddings:
        """Longest first: a batch too large for the memory fails at once, not at the end."""
        vectors = np.empty((len(rows), self.dimension), dtype=np.float32)
        lengths = np.array([len(row.ids) for row in rows], dtype=np.int64)
        for batch in token_batches(lengths, BATCH_TOKENS):
            vectors[batch] = self._forward([rows[row] for row in batch])
            count_forward_tokens(int(lengths[batch].sum()))
        return vectors

    def _forward(self, rows: Sequence[_Row]) -> Embeddings:
        width = max(len(row.ids) for row in rows)
        ids = np.zeros((len(rows), width), dtype=np.int64)
        seen = np.zeros((len(rows), width), dtype=np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row.ids)] = row.ids
            seen[number, : len(row.ids)] = row.visible
        device = self._model.device
        with torch.inference_mode():
            mask = torch.from_numpy(seen).to(device)
            states = self._model(input_ids=torch.from_numpy(ids).to(device), attention_mask=mask).last_hidden_state
            return _mean_pooled(states.float(), mask).cpu().numpy()


def token_batches(lengths: Int64[ndarray, "b"], budget: int) -> Iterator[Int64[ndarray, "_"]]:
    """Positions of the texts, longest first, cut so that a batch padded to its longest holds at most `budget` tokens.

    No text of a batch is shorter than `LEAST_FILL` of its longest. A text longer than the budget is a batch of its own.
    """
    order = np.argsort(-lengths, kind="stable")
    descending = -lengths[order]
    start = 0
    while start < len(order):
        longest = int(-descending[start])
        long_enough = int(np.searchsorted(descending, -LEAST_FILL * longest, side="right"))
        stop = min(long_enough, start + max(1, budget // max(1, longest)))
        yield order[start:stop]
        start = stop


def _mean_pooled(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask.unsqueeze(-1).to(states.dtype)
    mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
    return torch.nn.functional.normalize(mean, dim=1)


def _all_visible(pieces: Encoding) -> _Row:
    ids = np.array(pieces.ids, dtype=np.int64)
    return _Row(ids=ids, visible=np.ones(len(ids), dtype=bool))


def _partly_visible(pieces: Encoding, text: str, hidden: Sequence[Span]) -> _Row:
    """Special pieces stay visible: they stand for no characters, so that no span touches them."""
    dark = np.zeros(len(text) + 1, dtype=np.int64)
    for span in hidden:
        dark[span.start + 1 : span.end + 1] = 1
    dark_before = np.cumsum(dark)
    offsets = np.array(pieces.offsets, dtype=np.int64)
    touched = dark_before[offsets[:, 1]] > dark_before[offsets[:, 0]]
    return _Row(ids=np.array(pieces.ids, dtype=np.int64), visible=~touched)


_loading = threading.Lock()
_loaded: dict[str, SentenceEncoder] = {}


def load_encoder(name: str) -> SentenceEncoder:
    """The encoder of that name, loaded once per process: a bundled model, a local folder, or a Hugging Face id.

    Only safetensors weights are read, and no code of the model's author is run.

    Raises:
        ModelMissing: it is not on this machine and cannot be fetched, or its files cannot be read.
        SettingsError: it pools otherwise than by the mean, which would give other vectors than its author's.
    """
    with _loading:
        if name not in _loaded:
            _loaded[name] = _load(name)
        return _loaded[name]


def _load(name: str) -> SentenceEncoder:
    folder = _folder(name)
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelMissing(f"model {name}: its folder holds no *.safetensors; other kinds of weights are not read")
    _check_pooling(name, folder)
    device = choose_device()
    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            model = AutoModel.from_pretrained(
                folder, use_safetensors=True, trust_remote_code=False, dtype=choose_precision(device)
            )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelMissing(f"model {name} could not be loaded ({type(error).__name__}): {reason}") from error
    return SentenceEncoder(
        name=folder.name if Path(name).is_dir() else name,
        tokenizer=tokenizer.backend_tokenizer,
        model=model.eval().to(device),
        max_tokens=_max_tokens(folder, tokenizer.model_max_length, model.config.max_position_embeddings),
        weights_sha256=_sha256(weights),
    )


def _folder(name: str) -> Path:
    if name in {model.name for model in BUNDLED_MODELS}:
        return bundled_path(name)
    if Path(name).is_dir():
        return Path(name)
    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"]))
    except (OSError, HFValidationError) as error:
        bundled = ", ".join(model.name for model in BUNDLED_MODELS)
        raise ModelMissing(
            f"model {name} is neither bundled ({bundled}) nor a local folder, "
            f"and could not be fetched from the model hub ({type(error).__name__})"
        ) from error


def _check_pooling(name: str, folder: Path) -> None:
    modules = _json(folder / "modules.json", [])
    kinds = {str(module["type"]).rpartition(".")[2] for module in modules}
    pooling = _json(folder / "1_Pooling" / "config.json", {})
    others = [mode for mode, on in pooling.items() if mode.startswith("pooling_mode_") and on is True]
    if kinds - MEAN_POOLING_MODULES or set(others) - {"pooling_mode_mean_tokens"}:
        raise SettingsError(f"model {name} does not embed by the mean over its tokens; choose one that does")


def _max_tokens(folder: Path, tokenizer_limit: int, positions: int) -> int:
    stated = _json(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return min(positions, tokenizer_limit) if stated is None else int(stated)


def _json(path: Path, absent: Any) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else absent


def _sha256(files: Sequence[Path]) -> str:
    """Hash of the files joined in order; for one file, what sha256sum prints."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar and no report while weights load; the user's own settings come back afterwards."""
    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()
