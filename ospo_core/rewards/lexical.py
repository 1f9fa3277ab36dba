"""Relevance by shared words: BM25 (Robertson et al. 1995, Lucene's variant) by bm25s.

Knows nothing of metrics. Words are runs of letters and digits, lower case, no stop words and no stemming, so that
every language is treated alike. Importing this module imports bm25s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bm25s
import numpy as np

from ospo_core.rewards.ranking import Relevance

WORD = r"(?u)\b\w+\b"


class LexicalCandidates:
    """Candidates in a BM25 index. A candidate that shares no word with the query is not retrieved."""

    def __init__(self, texts: Sequence[str]) -> None:
        words = _words(texts)
        self._size = len(texts)
        self._index = bm25s.BM25(method="lucene", dtype="float64") if any(words) else None
        if self._index is not None:
            self._index.index(words, show_progress=False)

    def relevance(self, queries: Sequence[str]) -> Iterator[Relevance]:
        """One row of BM25 scores per query, in order; -inf where no word is shared."""
        for words in _words(queries):
            yield self._scores(words)[None]

    def _scores(self, words: list[str]) -> np.ndarray:
        known = [] if self._index is None else self._index.get_tokens_ids(words)
        if self._index is None or not known:
            return np.full(self._size, -np.inf)
        scores = self._index.get_scores_from_ids(known)
        return np.where(scores > 0, scores, -np.inf)


def _words(texts: Sequence[str]) -> list[list[str]]:
    """Each text's words, repeated ones included."""
    return bm25s.tokenize(list(texts), token_pattern=WORD, stopwords=[], return_ids=False, show_progress=False)  # pyright: ignore[reportReturnType]
