from itertools import chain

import numpy as np
import pytest
import torch

from ospo_core.models.batch_budget import CONTEXT_TOKENS, BatchBudget


class Memory:
    """Has room for so many tokens, padding included; keeps what went through."""

    def __init__(self, lengths, room):
        self.lengths, self.room, self.done = lengths, room, []

    def work(self, batch):
        if len(batch) * self.lengths[batch].max() > self.room:
            raise torch.OutOfMemoryError("full")
        self.done.append(batch.tolist())


def test_every_text_goes_through_once_longest_first():
    """No text is lost or computed twice, and none is in a batch above the budget."""
    lengths = np.array([3, 90, 40, 41, 5, 100], dtype=np.int64)
    memory = Memory(lengths, room=10**6)

    BatchBudget(200).spend(lengths, memory.work)

    assert sorted(chain(*memory.done)) == list(range(6))
    assert memory.done[0] == [5, 1]
    assert all(len(batch) * lengths[batch].max() <= 200 for batch in memory.done)


def test_a_full_memory_halves_the_batch_and_is_remembered():
    """The texts of the failed batch are tried again in smaller ones, and later calls begin small."""
    lengths = np.full(16, 10, dtype=np.int64)
    budget, memory = BatchBudget(160), Memory(lengths, room=50)

    budget.spend(lengths, memory.work)

    assert sorted(chain(*memory.done)) == list(range(16))
    assert budget.tokens == 40


def test_a_single_text_too_large_is_an_error():
    """There is nothing left to halve."""
    lengths = np.array([100], dtype=np.int64)

    with pytest.raises(torch.OutOfMemoryError):
        BatchBudget(160).spend(lengths, Memory(lengths, room=50).work)


def test_a_long_prompt_makes_batches_smaller():
    """Each text of a batch lines up the prompt's keys beside its own."""
    lengths = np.full(100, 2, dtype=np.int64)
    memory = Memory(lengths, room=10**6)

    BatchBudget(10_000).spend(lengths, memory.work, context=CONTEXT_TOKENS // 10 - 2)

    assert [len(batch) for batch in memory.done] == [10] * 10
