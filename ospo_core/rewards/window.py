"""A reward whose model reads only the beginning of a long text, and says of which texts that is so.

What lies beyond the window cannot earn credit. A result can say so by asking the reward about the full response:
a coalition is never longer than the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from jaxtyping import Bool
from numpy import ndarray


@runtime_checkable
class WindowedReward(Protocol):
    """A reward that may not read a response to its end."""

    def truncated(self, responses: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the responses whose end cannot change the score. Tokenizes; no forward pass."""
        ...
