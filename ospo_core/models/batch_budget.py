"""How many rows of which width go through a model at once, and what is learnt when the memory ends.

Knows no model and no rows. A row's width follows from its own length alone, never from its neighbours': matrix
products of another shape round differently, and a text must have the same bits in whatever batch it stands.
"""

from __future__ import annotations

CONTEXT_TOKENS = 32768
"""Keys that one batch may attend to, a shared prompt counted once a row: every layer lines them up in memory."""

LEAST_TOKENS = 16
"""Tokens of the smallest batch, which is filled up with copies: products of fewer rows take another path."""


class BatchBudget:
    """Tokens of one forward pass, padding included. Remembers what was too much for the memory."""

    def __init__(self, tokens: int = 2048) -> None:
        self.tokens = tokens

    def rows(self, width: int, context: int = 0) -> int:
        """Most rows of this width in a batch, at least 1; each attends to `context` tokens beside its own."""
        return max(1, min(self.tokens // width, CONTEXT_TOKENS // (context + width)))

    def halve(self, rows: int, width: int) -> None:
        """From now on half of what did not fit: `rows` of this `width`."""
        self.tokens = rows * width // 2


def canonical_width(tokens: int, limit: int) -> int:
    """Width of a row of so many tokens, filled up to a multiple of 8, and of an eighth of it where that is more.

    Never above `limit`, the longest text the model has positions for, which `tokens` does not exceed.
    """
    step = max(8, 1 << max(0, (tokens - 1).bit_length() - 4))
    return min(limit, max(1, -(-tokens // step)) * step)


def least_rows(width: int) -> int:
    """Rows that a batch of this width has at least."""
    return -(-LEAST_TOKENS // width)
