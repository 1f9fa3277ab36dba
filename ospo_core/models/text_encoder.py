"""What turns texts into unit vectors, as its users see it. Knows no model and no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Bool, Float32
from numpy import ndarray

from ospo_core.text.spans import Span

Embeddings = Float32[ndarray, "b d"]
"""One vector of length 1 a text, so that a dot product is a cosine."""


@runtime_checkable
class TextEncoder(Protocol):
    """Embeds texts, one vector each, whatever else is in the call."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """What decides the vectors: model, hash of its weights, tokens it reads, precision. Plain JSON values."""
        ...

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """One unit vector per text, in order. Empty texts are legal."""
        ...

    def encode_hidden(self, texts: Sequence[str], hidden: Sequence[Sequence[Span]]) -> Embeddings:
        """As `encode`, blind to the pieces of `texts[i]` that touch one of the sorted, disjoint `hidden[i]`."""
        ...

    def truncated(self, texts: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the texts whose end the model does not read: nothing there can change the vector."""
        ...
