"""One of our rewards as TRL calls it: f(prompts, completions, row=[...]) -> list of floats. Knows no trainer.

`row` is the place of each prompt in the run's data; what its line sets is put on top of the reward's settings. There
is one reward object for each distinct outcome, and in a call one batch for each of these, every text once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ospo_core.rewards.checked import checked_scores
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import Reward
from ospo_core.training.dataset import PromptRow
from ospo_core.training.row_reward import with_row

Completion = str | Sequence[Mapping[str, Any]]
"""A text, or the messages of a conversation, the last of which is the policy's."""


class PromptReward:
    """A reward and its settings for every prompt of the data.

    Attributes:
        evaluations: distinct texts scored so far, all calls together.
    """

    def __init__(self, name: str, settings: Mapping[str, Any], rows: Sequence[PromptRow]) -> None:
        # TRL names a reward's metrics by it.
        self.__name__ = name
        self.evaluations = 0
        self._settings, self._rows = settings, rows
        self._key_of_row: dict[int, str] = {}
        self._built: dict[str, Reward] = {}

    def __call__(
        self, prompts: Sequence[Any], completions: Sequence[Completion], *, row: Sequence[int], **_: object
    ) -> list[float]:
        """One finite number a completion, in order.

        Raises: RewardError: the reward failed, with the text as an attribute. SettingsError, ModelMissing: at the
            first call that needs a reward which cannot be built.
        """
        asked = [
            (self._key(place), self._rows[place].prompt, text_of(completion))
            for place, completion in zip(row, completions, strict=True)
        ]
        scores: dict[tuple[str, str, str], float] = {}
        for key in dict.fromkeys(key for key, _, _ in asked):
            distinct = list(dict.fromkeys(one for one in asked if one[0] == key))
            found = checked_scores(self._built[key], [one[1] for one in distinct], [one[2] for one in distinct])
            scores.update(zip(distinct, found.tolist(), strict=True))
            self.evaluations += len(distinct)
        return [scores[one] for one in asked]

    def of_row(self, place: int) -> Reward:
        """The reward for the prompt at this place of the data. Raises: SettingsError, ModelMissing."""
        return self._built[self._key(place)]

    def settings_of_row(self, place: int) -> dict[str, Any]:
        """Its kind and settings, those of the prompt's own line among them."""
        return with_row(self._settings, self._rows[place].settings)

    def _key(self, place: int) -> str:
        """What the row's reward is kept under; the reward is built by whoever asks first."""
        if place not in self._key_of_row:
            settings = self.settings_of_row(place)
            key = json.dumps(settings, sort_keys=True)
            if key not in self._built:
                own = {name: value for name, value in settings.items() if name != "kind"}
                self._built[key] = build_reward(settings["kind"], own)
            self._key_of_row[place] = key
        return self._key_of_row[place]


def text_of(completion: Completion) -> str:
    """What the policy wrote."""
    return completion if isinstance(completion, str) else str(completion[-1]["content"])
