"""A reward that remembers which responses it was asked for: how often another library really calls the model."""

from __future__ import annotations

from collections.abc import Sequence

from ospo_core.rewards.reward import Reward, RewardSpec
from ospo_core.shapes import Scores


class RecordingReward:
    """Scores as the reward it is given does.

    Attributes:
        responses: all that were asked for, in order, repeats included.
    """

    def __init__(self, reward: Reward) -> None:
        self._reward = reward
        self.responses: list[str] = []

    @property
    def spec(self) -> RewardSpec:
        """That of the reward."""
        return self._reward.spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """As promised by Reward."""
        self.responses.extend(responses)
        return self._reward.score(prompts, responses)
