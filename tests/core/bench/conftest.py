from collections.abc import Sequence

import numpy as np
import pytest

from ospo_core.bench.masked_answer import MaskedAnswer
from ospo_core.rewards.reward import RewardSpec

TEXT = "Give her 240 mg every six hours. Water helps, honey does not."


class Letters:
    """Pays one for each letter and digit: additive in words, so that every value of a word is its length."""

    spec = RewardSpec(kind="letters")

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> np.ndarray:
        return np.array([sum(map(str.isalnum, text)) for text in responses], dtype=np.float64)


@pytest.fixture
def letters():
    return Letters()


@pytest.fixture
def answer(letters):
    return MaskedAnswer.of("How much?", TEXT, letters)


@pytest.fixture
def lengths(answer):
    """The credit that each word must get."""
    return np.array([sum(map(str.isalnum, word)) for word in answer.words], dtype=np.float64)


@pytest.fixture
def deaf():
    """Told of every step, does nothing."""
    return lambda what, done, steps: None
