"""An answer whose words can be left out: the same players and the same restricted texts for every contender."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Bool
from numpy import ndarray

from ospo_core.attribution import Options, Subject
from ospo_core.bench.recording import RecordingReward
from ospo_core.games.masking import Drop
from ospo_core.rewards.reward import Reward
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedAnswer:
    """An answer cut into the words that `attribute` cuts it into, absent ones dropped, and its reward."""

    prompt: str
    text: str
    players: tuple[Span, ...]
    reward: RecordingReward

    @classmethod
    def of(cls, prompt: str, text: str, reward: Reward) -> MaskedAnswer:
        """Cut the text. Raises: TextError, ModelMissing."""
        players = Subject.of(prompt, text, reward, Options()).hierarchy.players
        return cls(prompt=prompt, text=text, players=tuple(players), reward=RecordingReward(reward))

    @property
    def words(self) -> tuple[str, ...]:
        """The players' own texts; they join to the text."""
        return tuple(player.of(self.text) for player in self.players)

    @property
    def evaluations(self) -> int:
        """Texts that were scored so far."""
        return len(self.reward.responses)

    def restricted(self, present: Bool[ndarray, "n"]) -> str:
        """The text with only the words that are present."""
        return Drop().render(self.text, self.players, present)

    def scores(self, texts: Sequence[str]) -> Scores:
        """What the reward gives for these texts, in one call."""
        return self.reward.score([self.prompt] * len(texts), texts)
