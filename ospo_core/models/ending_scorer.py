"""What says how likely the ending of an answer is, as its users see it. Knows no model and no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from ospo_core.shapes import Scores


@runtime_checkable
class EndingScorer(Protocol):
    """A language model, given all of a text but its ending."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """What decides the numbers. Plain JSON values."""
        ...

    def mean_log_probabilities(self, prompts: Sequence[str], answers: Sequence[str], ending: str) -> Scores:
        """Mean natural logarithm of the probability of the tokens of `ending`, which every answer ends with."""
        ...
