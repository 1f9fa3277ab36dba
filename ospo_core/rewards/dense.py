"""Relevance by meaning: cosine between the embedding of a query and of every candidate, exact search by faiss.

Knows nothing of metrics. Importing this module imports faiss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import faiss
import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from ospo_core.models.text_encoder import Embeddings, TextEncoder
from ospo_core.rewards.embedding_cache import cached_embeddings
from ospo_core.rewards.ranking import Relevance
from ospo_core.text.spans import Span

BLOCK = 4_000_000
"""Numbers of one block of relevance: 32 MB of float64, however large the catalogue."""


class DenseCandidates:
    """Candidates as unit vectors in a flat faiss index. A query in which nothing can be seen retrieves nothing."""

    def __init__(self, texts: Sequence[str], encoder: TextEncoder) -> None:
        self.encoder = encoder
        self.truncated = int(encoder.truncated(texts).sum())
        vectors = cached_embeddings(encoder, texts)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)  # pyright: ignore[reportCallIssue]
        self._places = np.arange(len(texts))

    def relevance(self, queries: Sequence[str]) -> Iterator[Relevance]:
        """Rows of cosines for the queries, in order, in blocks."""
        empty = np.array([not query.strip() for query in queries], dtype=bool)
        return self._blocks(self.encoder.encode(queries), empty)

    def relevance_hidden(self, queries: Sequence[str], hidden: Sequence[Sequence[Span]]) -> Iterator[Relevance]:
        """As `relevance`, blind to the hidden spans of each query."""
        empty = np.array([not _seen(query, spans).strip() for query, spans in zip(queries, hidden, strict=True)])
        return self._blocks(self.encoder.encode_hidden(queries, hidden), empty)

    def _blocks(self, vectors: Embeddings, empty: Bool[ndarray, "b"]) -> Iterator[Relevance]:
        size = max(1, BLOCK // len(self._places))
        for start in range(0, len(vectors), size):
            rows = self._cosines(vectors[start : start + size])
            rows[empty[start : start + size]] = -np.inf
            yield rows

    def _cosines(self, vectors: Embeddings) -> Relevance:
        """Every candidate's cosine, in the order of the catalogue, so that ties can be broken by it."""
        found, places = self._index.search(vectors, len(self._places))  # pyright: ignore[reportCallIssue]
        rows = np.empty(found.shape)
        np.put_along_axis(rows, places, found, axis=1)
        return rows


def _seen(text: str, hidden: Sequence[Span]) -> str:
    edges = [0, *(edge for span in hidden for edge in (span.start, span.end)), len(text)]
    return "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
