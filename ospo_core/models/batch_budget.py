"""How many rows of which width go through a model at once, and what is learnt when the memory ends.

Knows no model and no rows. A row's width follows from its own length alone, never from its neighbours': matrix
products of another shape round differently, and a text must have the same bits in whatever batch it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CONTEXT_TOKENS = 32768
"""Keys that one batch may attend to, a shared prompt counted once a row: every layer lines them up in memory."""

LEAST_TOKENS = 16
"""Tokens of the smallest batch, which is filled up with copies: products of fewer rows take another path."""


class BatchBudget:
    """Tokens of one forward pass, padding included. Remembers what was too much for the memory."""

    def __init__(self, tokens: int = 2048) -> None:
        self.tokens = tokens

    def rows(self, widths: Sequence[int], context: int = 0) -> int:
        """How many of these rows fit a batch, from the first on, at least 1; each attends to `context` tokens more."""
        tokens = np.cumsum(np.asarray(widths, dtype=np.int64))
        attended = tokens + context * np.arange(1, len(tokens) + 1)
        return max(1, int(((tokens <= self.tokens) & (attended <= CONTEXT_TOKENS)).sum()))

    def halve(self, tokens: int) -> None:
        """From now on half of the `tokens` that did not fit."""
        self.tokens = max(1, tokens // 2)


def canonical_width(tokens: int, limit: int) -> int:
    """Width of a row of so many tokens, filled up to a multiple of 8, and of an eighth of it where that is more.

    Never above `limit`, the longest text the model has positions for, which `tokens` does not exceed.
    """
    step = max(8, 1 << max(0, (tokens - 1).bit_length() - 4))
    return min(limit, max(1, -(-tokens // step)) * step)


def copies_needed(widths: Sequence[int]) -> int:
    """Copies of its first row that fill up a batch which is too small."""
    return max(0, -((sum(widths) - LEAST_TOKENS) // widths[0]))
