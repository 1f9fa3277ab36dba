"""What a cooperative game is to everything downstream: a number of players and the worth of coalitions."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol, runtime_checkable

from ospo_core.shapes import Coalitions, Worths


@runtime_checkable
class Game(Protocol):
    """v: coalitions -> float64. Deterministic: rows with equal keys have equal worths."""

    @property
    def n_players(self) -> int:
        """Number of players n; coalitions have n columns."""
        ...

    def keys(self, coalitions: Coalitions) -> Sequence[Hashable]:
        """What is really evaluated for each row; rows with the same key cost one evaluation together."""
        ...

    def worths(self, coalitions: Coalitions) -> Worths:
        """v(S) of each row, in one batch. Every row is evaluated: memory and budget are the ledger's business.

        Raises: RewardError: the reward raised or returned something that is not finite.
        """
        ...
