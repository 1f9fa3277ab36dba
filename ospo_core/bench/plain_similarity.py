"""The similarity reward as one writes it around transformers' own model: the texts of a call padded together.

What other libraries are given to score with: a comparison with them is of whole tools, each with its own way to the
model. With our encoder under it, another library gains from our work; a row of its own says how much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ospo_core.bench.plain_encoder import PlainEncoder
from ospo_core.models.metering import count_forward_tokens
from ospo_core.rewards.reward import RewardSpec
from ospo_core.shapes import Scores


class PlainSimilarity:
    """Cosine to a reference; equal to the reward `similarity` to rounding. Raises: ModelMissing."""

    def __init__(self, reference: str) -> None:
        self._encoder = PlainEncoder()
        self._target = self._encoder.padded_together(self._encoder.tokenized([reference]))[0].astype(np.float64)
        self._spec = RewardSpec(kind="similarity", settings={"reference": reference, "encoder": "transformers"})

    @property
    def spec(self) -> RewardSpec:
        """The reference."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """One forward pass over all texts of the call, each as often as it comes."""
        ids = self._encoder.tokenized(responses)
        count_forward_tokens(sum(map(len, ids)))
        return self._encoder.padded_together(ids).astype(np.float64) @ self._target
