"""A reward that can be left in the middle of a call, and that scores no text twice.

The engine asks whether to stop between calls of up to 256 texts, which a model needs seconds for. Here a call goes
in pieces, sorted by length so that they batch as well as the whole, and whoever abandons the work waits for one piece.
Each piece is a call that is watched (`calls`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from backend.queue.progress import Progress
from backend.rewards.calls import Calls
from ospo_core.rewards.checked import checked_hidden, checked_scores
from ospo_core.rewards.reward import MaskableReward, Reward, RewardSpec
from ospo_core.rewards.window import WindowedReward
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span

MOST_TEXTS, MOST_CHARACTERS = 32, 4_000
"""Scored between two looks, whichever is less (but one text at least): what the bundled encoder does in less than half
a second on one busy core, since another slot's piece may come in between."""

Indices = Sequence[int]


class YieldingReward:
    """The scores of `reward`, to the bit where its batches do not mix rows; memory grows with the texts scored.

    Attributes:
        characters: of the responses that were scored.
    """

    def __init__(self, reward: Reward, progress: Progress, calls: Calls) -> None:
        self._reward, self._progress, self._calls = reward, progress, calls
        self._known: dict[Hashable, float] = {}
        self.characters = 0

    @property
    def scored(self) -> int:
        """Texts that were scored."""
        return len(self._known)

    @property
    def spec(self) -> RewardSpec:
        """The reward's own."""
        return self._reward.spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """As promised by Reward. Raises: Abandoned."""
        return self._scores(
            list(zip(prompts, responses, strict=True)),
            [len(text) for text in responses],
            lambda piece: checked_scores(self._reward, [prompts[i] for i in piece], [responses[i] for i in piece]),
        )

    def truncated(self, responses: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the responses whose end the reward does not read."""
        if isinstance(self._reward, WindowedReward):
            with self._calls.under_way(self.spec.kind, self._described([len(text) for text in responses])):
                return self._reward.truncated(responses)
        return np.zeros(len(responses), dtype=bool)

    def _scores(self, keys: Sequence[Hashable], lengths: Sequence[int], score: Callable[[Indices], Scores]) -> Scores:
        first = {key: at for at, key in reversed(list(enumerate(keys))) if key not in self._known}
        missing = sorted(first.values(), key=lambda at: (lengths[at], at))
        for piece in _pieces(missing, lengths):
            self._progress.give_way()
            with self._calls.under_way(self.spec.kind, self._described([lengths[at] for at in piece])):
                scores = score(piece).tolist()
            self._known.update(zip([keys[at] for at in piece], scores, strict=True))
            self.characters += sum(lengths[at] for at in piece)
        return np.array([self._known[key] for key in keys], dtype=np.float64)

    def _described(self, lengths: Sequence[int]) -> str:
        shortest, longest = min(lengths, default=0), max(lengths, default=0)
        sizes = f"{len(lengths)} responses of {shortest:,} to {longest:,} characters"
        return f"{sizes}, with {self.scored:,} others scored before"


def _pieces(indices: Indices, lengths: Sequence[int]) -> Iterator[Indices]:
    """The indices in order, cut where a piece would hold too much; `lengths` are in characters."""
    piece: list[int] = []
    characters = 0
    for at in indices:
        if piece and (len(piece) == MOST_TEXTS or characters + lengths[at] > MOST_CHARACTERS):
            yield piece
            piece, characters = [], 0
        piece.append(at)
        characters += lengths[at]
    if piece:
        yield piece


class YieldingMaskableReward(YieldingReward):
    """The same of a reward that can be kept from seeing parts of a response."""

    def __init__(self, reward: MaskableReward, progress: Progress, calls: Calls) -> None:
        super().__init__(reward, progress, calls)
        self._maskable = reward

    def score_hidden(
        self, prompts: Sequence[str], responses: Sequence[str], hidden: Sequence[Sequence[Span]]
    ) -> Scores:
        """As promised by MaskableReward. Raises: Abandoned."""
        return self._scores(
            [(prompt, text, tuple(spans)) for prompt, text, spans in zip(prompts, responses, hidden, strict=True)],
            [len(text) for text in responses],
            lambda piece: checked_hidden(
                self._maskable,
                [prompts[i] for i in piece],
                [responses[i] for i in piece],
                [hidden[i] for i in piece],
            ),
        )


def yielding(reward: Reward, progress: Progress, calls: Calls) -> YieldingReward:
    """The reward as one that can be left, maskable if it is."""
    if isinstance(reward, MaskableReward):
        return YieldingMaskableReward(reward, progress, calls)
    return YieldingReward(reward, progress, calls)
