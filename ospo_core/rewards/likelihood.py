"""How likely a reference answer is after prompt and response: does this text make the right answer more likely?

Knows nothing of truth, nor of why: a response that quotes the reference makes it likely, and so does one that
only sounds like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, field_validator

from ospo_core.models.ending_scorer import EndingScorer
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.reward import RewardSpec
from ospo_core.rewards.settings import RewardSettings
from ospo_core.shapes import Scores


class LikelihoodSettings(RewardSettings):
    """The answer that should become likely, how it is announced, and by which model."""

    reference: str = Field(description="the right answer, whose probability is measured")
    separator: str = Field(
        "\n\nAnswer: ", min_length=1, description="text between the response and the reference, in the same turn"
    )
    model: str = Field(
        "SmolLM2-135M-Instruct", min_length=1, description="causal language model: bundled name, folder or hub id"
    )

    @field_validator("reference")
    @classmethod
    def _says_something(cls, reference: str) -> str:
        if not reference.strip():
            raise ValueError("the reference is empty; give the answer that should become likely")
        return reference.strip()


class LikelihoodReward:
    """Mean log-probability, in nats a token, of the reference after prompt, response and separator; at most 0.

    One forward pass over response and reference per distinct pair; the prompt is computed once, and again only after
    another one.
    """

    def __init__(self, *, reference: str, separator: str, model: EndingScorer) -> None:
        self._model, self._reference, self._separator = model, reference, separator
        self._spec = RewardSpec(
            kind="likelihood", settings={"reference": reference, "separator": separator, **model.identity}
        )

    @property
    def spec(self) -> RewardSpec:
        """The reference, the separator and the model."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """Nats a token of the reference. Raises: TextError: a text is longer than the model reads."""
        answers = [f"{response}{self._separator}{self._reference}" for response in responses]
        return self._model.mean_log_probabilities(prompts, answers, self._reference)


def build_likelihood(settings: LikelihoodSettings, base_folder: Path | None) -> LikelihoodReward:
    """Load the model, once per process; the bundled one is unpacked into the cache the first time, some 20 s.

    Raises: ModelMissing: the model is not there. SettingsError: it is not a causal language model.
    """
    from ospo_core.models.language_model import load_language_model  # imports torch: only its users should wait

    model = load_language_model(settings.model, base_folder)
    return LikelihoodReward(reference=settings.reference, separator=settings.separator, model=model)


LIKELIHOOD = RewardKind(
    name="likelihood",
    summary="mean log-probability of a reference answer, given prompt and response",
    settings_model=LikelihoodSettings,
    build=build_likelihood,
)
