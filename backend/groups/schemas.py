"""The body of a group."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from backend.attributions.schemas import OptionsBody
from backend.rewards.schemas import RewardChoice
from backend.runs.schemas import Body, Tags
from ospo_core.attribution import LONGEST_PROMPT
from ospo_core.comparison import FEWEST_RESPONSES, MOST_RESPONSES, Clip, Redistribution
from ospo_core.redistribution.rule_names import RuleName
from ospo_core.text.hierarchy import MAX_CODE_POINTS

ResponseText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CODE_POINTS)]


class ClipBody(Body):
    """Bound on token advantages, in standard deviations."""

    bound: float = Field(gt=0, le=1e6)
    mass: Literal["given_back", "cut"] = "given_back"


class GroupBody(Body):
    """Responses to compare. Under several rules every text is still scored once."""

    prompt: str = Field(max_length=LONGEST_PROMPT, examples=["How much?"])
    responses: list[ResponseText] = Field(
        min_length=FEWEST_RESPONSES, max_length=MOST_RESPONSES, examples=[["240 mg, every six hours.", "No idea."]]
    )
    reward: RewardChoice
    options: OptionsBody = OptionsBody()
    rules: list[RuleName] = Field(default=["signed"], min_length=1, max_length=10)
    clip: ClipBody | None = None
    weight: float = Field(default=0.5, ge=0, le=1, description="of hybrid and blend")
    tags: Tags = Field(default_factory=list)

    def redistribution(self, rule: str) -> Redistribution:
        """The engine's, for one of the rules."""
        clip = None if self.clip is None else Clip(bound=self.clip.bound, gives_back=self.clip.mass == "given_back")
        return Redistribution(rule=rule, clip=clip, weight=self.weight)


class StepBody(Body):
    """The rule whose step is compared with GRPO's; one that the group was compared under."""

    rule: RuleName
    job: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        description="a training job that is over, whose model makes the step; without it the bundled language model",
    )


class MovedView(BaseModel):
    """A response token by token, in the policy's own tokens; the last is the end of the sequence. Parallel lists."""

    starts: list[int]
    ends: list[int]
    before: list[float] = Field(description="natural logarithm of the probability")
    advantages: dict[str, list[float]] = Field(description="by rule, `uniform` among them")
    changes: dict[str, list[float]] = Field(description="of `before`, by rule")


class StepView(BaseModel):
    """One step of either kind from the same weights; exaggerated, and a direction only."""

    rule: str
    cosine: float = Field(description="between the two gradients")
    opposed: float = Field(description="share of tokens that the two steps move in opposite directions")
    follow: dict[str, float | None] = Field(description="correlation of changes with advantages, by rule")
    learning_rate: float
    responses: list[MovedView]
    views: list[dict[str, Any]] = Field(description="one a response, of kind `pair`: what a screen draws")
