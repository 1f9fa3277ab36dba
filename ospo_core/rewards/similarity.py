"""Cosine between the embedding of a response and that of a reference answer: do they speak of the same thing?

Knows nothing of truth: a negated sentence is close to its opposite. Ignores the prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool
from numpy import ndarray
from pydantic import Field, field_validator

from ospo_core.models.text_encoder import Embeddings, TextEncoder
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.reward import RewardSpec
from ospo_core.rewards.settings import RewardSettings
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span


class SimilaritySettings(RewardSettings):
    """What to compare with, and by which model."""

    reference: str = Field(description="the answer to be close to")
    model: str = Field("all-MiniLM-L6-v2", min_length=1, description="bundled name, folder or Hugging Face id")

    @field_validator("reference")
    @classmethod
    def _says_something(cls, reference: str) -> str:
        if not reference.strip():
            raise ValueError("the reference is empty; give the answer to compare with")
        return reference


class SimilarityReward:
    """Cosine similarity to a reference, in [-1, 1]. One forward pass over each distinct response of a call."""

    def __init__(self, *, reference: str, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._target = encoder.encode([reference])[0].astype(np.float64)
        reference_truncated = bool(encoder.truncated([reference])[0])
        self._spec = RewardSpec(
            kind="similarity",
            settings={"reference": reference, "reference_truncated": reference_truncated, **encoder.identity},
        )

    @property
    def spec(self) -> RewardSpec:
        """The reference, whether the model reads all of it, and the model."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """Cosine of each response's embedding to the reference's."""
        return self._cosines(self._encoder.encode(responses))

    def score_hidden(
        self, prompts: Sequence[str], responses: Sequence[str], hidden: Sequence[Sequence[Span]]
    ) -> Scores:
        """As `score`, with the hidden pieces neither attended to nor averaged."""
        return self._cosines(self._encoder.encode_hidden(responses, hidden))

    def truncated(self, responses: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the responses whose end the model does not read."""
        return self._encoder.truncated(responses)

    def _cosines(self, embeddings: Embeddings) -> Scores:
        # einsum sums each row by itself; a matrix product may round a row differently in another batch.
        return np.einsum("bd,d->b", embeddings.astype(np.float64), self._target)


def build_similarity(settings: SimilaritySettings, base_folder: Path | None) -> SimilarityReward:
    """Load the model (once per process) and embed the reference. Raises: ModelMissing: the model is not there."""
    from ospo_core.models.encoder import load_encoder  # imports torch: seconds that only a user of it should pay

    return SimilarityReward(reference=settings.reference, encoder=load_encoder(settings.model))


SIMILARITY = RewardKind(
    name="similarity",
    summary="cosine between the embeddings of the response and of a reference answer",
    settings_model=SimilaritySettings,
    build=build_similarity,
)
