"""What a reward model with a classification head says of a prompt and a response.

Knows nothing of what the model was trained for: its number is taken as it is. Causal models read a prompt once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from ospo_core.models.pair_scorer import PairScorer
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.reward import RewardSpec
from ospo_core.rewards.settings import RewardSettings
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span


class ClassifierSettings(RewardSettings):
    """Which model, and which of its labels."""

    model: str = Field(min_length=1, description="folder or Hugging Face id of a sequence-classification model")
    label: str | None = Field(
        None, description="name or number of the label to reward; not needed where the model has only one"
    )


class ClassifierReward:
    """The logit of a model's only label, or the log-probability of the chosen one. Reads prompt and response.

    One forward pass over each distinct pair of a call; a causal model computes a prompt once, and again only after
    another one.
    """

    def __init__(self, model: PairScorer) -> None:
        self._model = model
        self._spec = RewardSpec(kind="classifier", settings=dict(model.identity))

    @property
    def spec(self) -> RewardSpec:
        """The model, its label and how it reads prompt and response."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """One number per response. Raises: TextError: prompt and response are longer than the model reads."""
        return self._model.scores(prompts, responses)

    def score_hidden(
        self, prompts: Sequence[str], responses: Sequence[str], hidden: Sequence[Sequence[Span]]
    ) -> Scores:
        """As `score`, with the hidden tokens neither attended to nor read off."""
        return self._model.scores(prompts, responses, hidden)


def build_classifier(settings: ClassifierSettings, base_folder: Path | None) -> ClassifierReward:
    """Load the model, once per process.

    Raises: ModelMissing: the model is not there. SettingsError: it cannot be read, or has no such label.
    """
    from ospo_core.models.sequence_classifier import load_classifier  # imports torch: only its users should wait

    return ClassifierReward(load_classifier(settings.model, settings.label, base_folder))


CLASSIFIER = RewardKind(
    name="classifier",
    summary="the score that a Hugging Face reward model gives to prompt and response",
    settings_model=ClassifierSettings,
    build=build_classifier,
)
