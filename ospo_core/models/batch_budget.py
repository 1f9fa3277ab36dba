"""How many tokens go through a model at once: sorted batches of a size that is halved when the memory ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Int64
from numpy import ndarray

from ospo_core.models.encoder import token_batches

CONTEXT_TOKENS = 32768
"""Keys that one batch may attend to, a shared prompt counted once a text: every layer lines them up in memory."""


class BatchBudget:
    """Tokens of one forward pass, padding included. Remembers what was too much for the memory.

    Threads may share it: the worst that a race does is one more halving.
    """

    def __init__(self, tokens: int = 2048) -> None:
        self.tokens = tokens

    def spend(
        self, lengths: Int64[ndarray, "b"], work: Callable[[Int64[ndarray, "_"]], None], context: int = 0
    ) -> None:
        """Call `work` with batches of positions of `lengths`, longest first, until each was in one that went through.

        `context` is the number of tokens every text attends to beside its own.

        Raises: torch.OutOfMemoryError: a single text is too much.
        """
        waiting = np.arange(len(lengths), dtype=np.int64)
        while len(waiting):
            batch = waiting[self._next(lengths[waiting], context)]
            try:
                work(batch)
            except torch.OutOfMemoryError:
                if len(batch) == 1:
                    raise
                self.tokens = len(batch) * int(lengths[batch].max()) // 2
                continue
            waiting = np.setdiff1d(waiting, batch)

    def _next(self, lengths: Int64[ndarray, "b"], context: int) -> Int64[ndarray, "_"]:
        batch = next(token_batches(lengths, self.tokens))
        return batch[: max(1, CONTEXT_TOKENS // (context + int(lengths[batch[0]])))]
