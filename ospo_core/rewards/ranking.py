"""Where the wanted items stand in a ranking, and what that is worth: NDCG, reciprocal rank, recall, each cut at k.

Pure arrays: knows nothing of texts. Tie rule: of items whose relevance differs by at most TIE, the one that
stands earlier in the catalogue ranks higher, so that the ranking does not depend on the last bit of a float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.shapes import Scores

Relevance = Float64[ndarray, "b c"]
"""One row a query, one column a candidate; -inf for a candidate that the query does not retrieve."""

Ranks = Float64[ndarray, "b w"]
"""One column a wanted item: its rank from 1, or inf when it is not retrieved."""

TIE = 1e-6
"""Relevance within this counts as equal; float32 cosines of one text in two batches differ by less."""


def wanted_ranks(relevance: Relevance, wanted: Sequence[int]) -> Ranks:
    """Ranks of the candidates in columns `wanted`. One comparison per query, candidate and wanted item."""
    ranks = np.empty((len(relevance), len(wanted)))
    for column, place in enumerate(wanted):
        own = relevance[:, place, None]
        better = (relevance[:, :place] >= own - TIE).sum(axis=1) + (relevance[:, place + 1 :] > own + TIE).sum(axis=1)
        ranks[:, column] = np.where(np.isneginf(own[:, 0]), np.inf, 1 + better)
    return ranks


Metric = Callable[[Ranks, Float64[ndarray, "w"], int], Scores]


def ndcg(ranks: Ranks, gains: Float64[ndarray, "w"], k: int) -> Scores:
    """Discounted cumulative gain over the best possible (Järvelin & Kekäläinen 2002), gains taken as they are."""
    discounted = np.where(ranks <= k, gains / np.log2(ranks + 1), 0.0).sum(axis=1)
    best = np.sort(gains)[::-1][:k]
    return discounted / (best / np.log2(np.arange(2, len(best) + 2))).sum()


def reciprocal_rank(ranks: Ranks, gains: Float64[ndarray, "w"], k: int) -> Scores:
    """1 / rank of the wanted item that ranks highest, 0 when none is among the first k. Gains do not matter."""
    first = ranks.min(axis=1)
    return np.where(first <= k, 1 / first, 0.0)


def recall(ranks: Ranks, gains: Float64[ndarray, "w"], k: int) -> Scores:
    """Share of the wanted items among the first k. Gains do not matter."""
    return (ranks <= k).mean(axis=1)


METRICS: Mapping[str, Metric] = {"ndcg": ndcg, "mrr": reciprocal_rank, "recall": recall}
