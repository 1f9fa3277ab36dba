"""An encoder that embeds no text twice: rewards that read the same coalitions with the same model share the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from ospo_core.models.text_encoder import Embeddings, TextEncoder
from ospo_core.text.spans import Span


class RememberingEncoder:
    """Another encoder's vectors, each text's kept for good: 1.5 KB a text for MiniLM."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._vector_of: dict[str, Float[ndarray, "d"]] = {}

    @property
    def identity(self) -> Mapping[str, Any]:
        """That of the encoder."""
        return self._encoder.identity

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """As promised by TextEncoder."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._vector_of]
        if fresh:
            self._vector_of.update(zip(fresh, self._encoder.encode(fresh), strict=True))
        return np.stack([self._vector_of[text] for text in texts])

    def encode_hidden(self, texts: Sequence[str], hidden: Sequence[Sequence[Span]]) -> Embeddings:
        """As promised by TextEncoder; not remembered."""
        return self._encoder.encode_hidden(texts, hidden)

    def truncated(self, texts: Sequence[str]) -> Bool[ndarray, "b"]:
        """As promised by TextEncoder."""
        return self._encoder.truncated(texts)
