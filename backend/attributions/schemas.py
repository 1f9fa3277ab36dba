"""Bodies of attributions and counterfactuals."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from backend.rewards.schemas import RewardChoice
from backend.runs.schemas import Body, Tags
from ospo_core.attribution import LONGEST_PROMPT, Options
from ospo_core.games.masking import PLACEHOLDER
from ospo_core.text.hierarchy import MAX_CODE_POINTS

MOST_EDITS = 64
LONGEST_REPLACEMENT = 20_000


class OptionsBody(Body):
    """How to explain a response; the defaults are the engine's."""

    players: Literal["word", "token", "phrase", "sentence"] | None = Field(
        default=None, description="leaves of the tree; null is word, and phrase for method paper"
    )
    masking: Literal["drop", "replace", "attention"] = "drop"
    placeholder: str = Field(default=PLACEHOLDER, max_length=100)
    method: Literal[
        "auto", "exact", "permutation", "gaussian-process", "bayesian-quadrature", "past-conditioned", "paper"
    ] = "auto"
    budget: int | None = Field(
        default=None,
        ge=2,
        le=1_000_000,
        description="most distinct evaluations a response; null is 512, or four a token",
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    tokenizer: str | None = Field(
        default=None, min_length=1, max_length=200, description="null is the bundled SmolLM2's"
    )
    segmenter: Literal["auto", "english", "unicode"] = "auto"

    def engine_options(self) -> Options:
        """The same for the engine."""
        return Options(**self.model_dump())


class AttributionBody(Body):
    """A response to explain."""

    prompt: str = Field(max_length=LONGEST_PROMPT, examples=["How much?"])
    response: str = Field(min_length=1, max_length=MAX_CODE_POINTS, examples=["Give her 240 mg every six hours."])
    reward: RewardChoice
    options: OptionsBody = OptionsBody()
    tags: Tags = Field(default_factory=list)


class EditBody(Body):
    """A span of the response, in code points, and what to put there; null takes it out as the masking does."""

    start: int = Field(ge=0, le=MAX_CODE_POINTS)
    end: int = Field(ge=1, le=MAX_CODE_POINTS)
    replacement: str | None = Field(default=None, max_length=LONGEST_REPLACEMENT)

    @model_validator(mode="after")
    def _holds_something(self) -> EditBody:
        if self.start >= self.end:
            raise ValueError("start must be below end")
        return self


class CounterfactualBody(Body):
    """Edits to try, each by itself."""

    edits: list[EditBody] = Field(min_length=1, max_length=MOST_EDITS)


class EditView(Body):
    """What credit predicted of an edit, and what the reward says."""

    start: int = Field(description="the span, widened to whole tokens")
    end: int
    replacement: str | None
    credit: float = Field(description="of the span's tokens")
    standard_error: float | None = Field(description="of that credit; null where the span is no node of the tree")
    predicted_change: float | None = Field(description="-credit where the span is taken out; null for a replacement")
    reward: float = Field(description="of the edited response")
    change: float = Field(description="of the reward, against the unedited response")


class CounterfactualView(Body):
    """The edits in the order given."""

    reward: float = Field(description="of the unedited response")
    edits: list[EditView]
