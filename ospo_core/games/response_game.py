"""The game of one response: a coalition keeps its players' text, and its worth is the reward of what is left."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from jaxtyping import Bool
from numpy import ndarray

from ospo_core.errors import UnsupportedMasking
from ospo_core.games.game import Game
from ospo_core.games.masking import Attention, Masking, TextMasking
from ospo_core.rewards.checked import checked_hidden, checked_scores
from ospo_core.rewards.reward import MaskableReward, Reward
from ospo_core.shapes import Coalitions, Worths
from ospo_core.text.spans import Span


def response_game(*, prompt: str, text: str, players: Sequence[Span], reward: Reward, masking: Masking) -> Game:
    """The game of `text` cut into `players` (spans that tile it).

    Raises: UnsupportedMasking: attention masking with a reward that cannot hide parts of a text.
    """
    if not isinstance(masking, Attention):
        return _TextGame(prompt, text, tuple(players), reward, masking)
    if not isinstance(reward, MaskableReward):
        raise UnsupportedMasking(
            f"reward {reward.spec.kind!r} has no attention mask to hide text with; use masking drop or replace"
        )
    return _AttentionGame(prompt, text, tuple(players), reward, masking)


class _TextGame:
    """A coalition is a text; two coalitions that leave the same text are one evaluation."""

    def __init__(self, prompt: str, text: str, players: tuple[Span, ...], reward: Reward, masking: TextMasking) -> None:
        self._prompt, self._text, self._players = prompt, text, players
        self._reward, self._masking = reward, masking
        self._rendered: dict[bytes, str] = {}

    @property
    def n_players(self) -> int:
        return len(self._players)

    def keys(self, coalitions: Coalitions) -> Sequence[Hashable]:
        return [self._render(row) for row in coalitions]

    def worths(self, coalitions: Coalitions) -> Worths:
        texts = [self._render(row) for row in coalitions]
        return checked_scores(self._reward, [self._prompt] * len(texts), texts)

    def _render(self, present: Bool[ndarray, "n"]) -> str:
        key = present.tobytes()
        if key not in self._rendered:
            self._rendered[key] = self._masking.render(self._text, self._players, present)
        return self._rendered[key]


class _AttentionGame:
    """A coalition is a set of hidden stretches of the unchanged text."""

    def __init__(
        self, prompt: str, text: str, players: tuple[Span, ...], reward: MaskableReward, masking: Attention
    ) -> None:
        self._prompt, self._text, self._players = prompt, text, players
        self._reward, self._masking = reward, masking

    @property
    def n_players(self) -> int:
        return len(self._players)

    def keys(self, coalitions: Coalitions) -> Sequence[Hashable]:
        return [row.tobytes() for row in coalitions]

    def worths(self, coalitions: Coalitions) -> Worths:
        hidden = [self._masking.hidden(self._players, row) for row in coalitions]
        count = len(hidden)
        return checked_hidden(self._reward, [self._prompt] * count, [self._text] * count, hidden)
