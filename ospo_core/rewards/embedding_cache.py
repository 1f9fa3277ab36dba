"""Embeddings of a catalogue, kept on disk between runs. A cache: with it or without it, the numbers are the same.

Keyed by the texts and by what decides their vectors (model, weights, window, precision); a file that is damaged or
of another shape is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from ospo_core.models.cache import cache_folder
from ospo_core.models.text_encoder import Embeddings, TextEncoder


def cached_embeddings(encoder: TextEncoder, texts: Sequence[str]) -> Embeddings:
    """The texts' vectors, from disk when they were made before; made and kept otherwise."""
    path = cache_folder() / "embeddings" / f"{_key(encoder, texts)}.npy"
    kept = _read(path, len(texts))
    if kept is not None:
        return kept
    vectors = encoder.encode(texts)
    # A cache that cannot be written (read-only, full disk, no home) costs time, never the result.
    with suppress(OSError):
        _write(path, vectors)
    return vectors


def _key(encoder: TextEncoder, texts: Sequence[str]) -> str:
    content = json.dumps([dict(encoder.identity), list(texts)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _read(path: Path, rows: int) -> Embeddings | None:
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    usable = vectors.dtype == np.float32 and vectors.ndim == 2 and len(vectors) == rows and np.isfinite(vectors).all()
    return vectors if usable else None


def _write(path: Path, vectors: Embeddings) -> None:
    """Whole or not at all: another process may read at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        try:
            np.save(file, vectors, allow_pickle=False)
        except BaseException:
            os.unlink(file.name)
            raise
    os.replace(file.name, path)
