"""What a reward is: a function from texts to finite numbers, with a printed specification of itself.

Knows nothing of games: a reward scores whole texts. The same specification and the same texts give the same numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ospo_core.shapes import Scores
from ospo_core.text.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardSpec:
    """What a stored credit was measured with: the kind, every setting with its value, and a hash of both.

    Settings are plain JSON values. Large ones (a catalogue) appear as their size and sha256, not in full.
    """

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash of kind and settings; equal specifications have equal hashes."""
        canonical = json.dumps({"kind": self.kind, "settings": dict(self.settings)}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The form in which a result carries it."""
        return {"kind": self.kind, "settings": dict(self.settings), "sha256": self.sha256}


@runtime_checkable
class Reward(Protocol):
    """Scores responses to prompts, in batches, without gradient."""

    @property
    def spec(self) -> RewardSpec:
        """What this reward is, completely."""
        ...

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """One finite number per (prompt, response) pair, in the order given. Empty responses are legal.

        Implementations order and batch the texts as they like; forward tokens are reported through
        `ospo_core.models.metering`.
        """
        ...


@runtime_checkable
class MaskableReward(Reward, Protocol):
    """A reward whose model can be kept from seeing parts of the response through its attention mask."""

    def score_hidden(
        self, prompts: Sequence[str], responses: Sequence[str], hidden: Sequence[Sequence[Span]]
    ) -> Scores:
        """As `score`, with the model's pieces that touch a hidden span of the response masked out.

        `hidden[i]` are disjoint, sorted spans of `responses[i]`. A piece that is only partly hidden is hidden.
        """
        ...
