"""captum's ShapleyValueSampling on the same words, the same restricted texts and the same reward as ours.

The words are entries of a vector of ones whose baseline is zero; one perturbation per evaluation, which is captum's
default. Needs the extra `bench`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ospo_core.bench.masked_answer import MaskedAnswer
from ospo_core.rewards.extras import needing
from ospo_core.shapes import Credit


class CaptumSampling:
    """Explains one answer. Raises: ModelMissing: captum is not installed."""

    def __init__(self, answer: MaskedAnswer) -> None:
        with needing("bench"):
            from captum.attr import ShapleyValueSampling
        self._answer = answer
        self._sampling = ShapleyValueSampling(self._scores)

    def credit(self, *, orders: int, seed: int) -> Credit:
        """Shapley value of each word as the mean over random orders; one evaluation per word and order, and one."""
        import torch

        present = torch.ones(1, len(self._answer.players))
        # captum draws from the global generator; what the caller had there comes back afterwards.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            credit = self._sampling.attribute(present, baselines=torch.zeros_like(present), n_samples=orders)
        return credit[0].double().numpy()

    def _scores(self, masks: Any) -> Any:
        import torch

        texts = [self._answer.restricted(np.asarray(row, dtype=bool)) for row in masks.numpy()]
        return torch.from_numpy(self._answer.scores(texts))
