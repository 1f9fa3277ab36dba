"""A weighted sum of other rewards. Knows none of them: whoever builds it gives the parts.

Two classes, because a sum can be seen through an attention mask only if every part can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from jaxtyping import Bool
from numpy import ndarray
from pydantic import ConfigDict, Field

from ospo_core.errors import SettingsError
from ospo_core.rewards.checked import checked_hidden, checked_scores
from ospo_core.rewards.reward import MaskableReward, Reward, RewardSpec
from ospo_core.rewards.settings import MOST_WEIGHT, RewardSettings
from ospo_core.rewards.window import WindowedReward
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span

AnyReward = TypeVar("AnyReward", bound=Reward)


class PartSettings(RewardSettings):
    """One term: a kind of reward, its weight, and beside them the settings of that kind."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    reward: str = Field(min_length=1, description="the kind")
    weight: float = Field(1.0, ge=-MOST_WEIGHT, le=MOST_WEIGHT)

    @property
    def own_settings(self) -> Mapping[str, Any]:
        """The settings of the part itself; its kind checks them."""
        return self.model_extra or {}


class WeightedSettings(RewardSettings):
    """The terms of the sum."""

    parts: tuple[PartSettings, ...] = Field(min_length=1, description="reward, weight and that reward's settings each")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[AnyReward]):
    """A reward and the factor of its scores."""

    weight: float
    reward: AnyReward


class WeightedReward(Generic[AnyReward]):
    """Sum over the parts of weight times score."""

    def __init__(self, parts: Sequence[Part[AnyReward]]) -> None:
        self.parts = tuple(parts)

    @property
    def spec(self) -> RewardSpec:
        """The weights, and each part's own specification."""
        parts = [
            {"weight": part.weight, "kind": part.reward.spec.kind, "settings": dict(part.reward.spec.settings)}
            for part in self.parts
        ]
        return RewardSpec(kind="weighted", settings={"parts": parts})

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """The sum for each response. A part at fault is named in the error, not the sum."""
        terms = [part.weight * checked_scores(part.reward, prompts, responses) for part in self.parts]
        return np.sum(terms, axis=0)

    def truncated(self, responses: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the responses whose end some part does not read."""
        windowed = [part.reward for part in self.parts if isinstance(part.reward, WindowedReward)]
        return np.any([np.zeros(len(responses), dtype=bool), *(one.truncated(responses) for one in windowed)], axis=0)


class MaskableWeightedReward(WeightedReward[MaskableReward]):
    """A sum whose parts can all be kept from seeing parts of the response."""

    def score_hidden(
        self, prompts: Sequence[str], responses: Sequence[str], hidden: Sequence[Sequence[Span]]
    ) -> Scores:
        """As `score`, with the hidden spans hidden from every part."""
        terms = [part.weight * checked_hidden(part.reward, prompts, responses, hidden) for part in self.parts]
        return np.sum(terms, axis=0)


def weighted_reward(parts: Sequence[Part[Reward]]) -> WeightedReward[Any]:
    """The sum of the parts, maskable if and only if all of them are."""
    maskable = [
        Part(weight=part.weight, reward=part.reward) for part in parts if isinstance(part.reward, MaskableReward)
    ]
    return MaskableWeightedReward(maskable) if len(maskable) == len(parts) else WeightedReward(parts)


BuildPart = Callable[[str, Mapping[str, Any], Path | None], Reward]


def build_weighted(settings: WeightedSettings, base_folder: Path | None, build_part: BuildPart) -> WeightedReward[Any]:
    """Build every part with `build_part`. Raises: SettingsError: a part's settings are wrong; says which part."""
    return weighted_reward(
        [
            Part(weight=part.weight, reward=_built(number, part, base_folder, build_part))
            for number, part in enumerate(settings.parts)
        ]
    )


def _built(number: int, part: PartSettings, base_folder: Path | None, build_part: BuildPart) -> Reward:
    try:
        return build_part(part.reward, part.own_settings, base_folder)
    except SettingsError as error:
        raise SettingsError(f"weighted: parts.{number}: {error}") from None
