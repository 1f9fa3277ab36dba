"""What scores an answer to a prompt, as its users see it. Knows no model and no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from ospo_core.shapes import Scores
from ospo_core.text.spans import Span


@runtime_checkable
class PairScorer(Protocol):
    """One number per prompt and answer, whatever else is in the call."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """What decides the numbers. Plain JSON values."""
        ...

    def scores(
        self, prompts: Sequence[str], answers: Sequence[str], hidden: Sequence[Sequence[Span]] | None = None
    ) -> Scores:
        """One number per pair, in order, blind to the tokens that touch the `hidden` spans of its answer."""
        ...
