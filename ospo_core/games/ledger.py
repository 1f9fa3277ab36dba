"""The account of a game's evaluations: a memo by key, a budget that is never exceeded, progress and stopping."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from ospo_core.errors import BudgetTooSmall
from ospo_core.games.game import Game
from ospo_core.models.metering import metering
from ospo_core.shapes import Coalitions, Worths

CALL_SIZES = (64, 192, 256)
"""Evaluations in the first, second and every later call to the game: the first gives an early ETA, the later ones
are large enough for length-sorted batches and small enough to stop soon. Fixed, so that equal seeds give equal bits."""
KEYS_BETWEEN_LOOKS = 256
"""Coalitions whose keys (texts, for a response) are made between two looks at the watch."""

Found = TypeVar("Found", contravariant=True)


@runtime_checkable
class Watch(Protocol):
    """Somebody who looks on: told of progress, asked between calls whether to stop."""

    def on_progress(self, done: int, planned: int) -> None:
        """`done` of `planned` distinct evaluations are finished."""
        ...

    def should_stop(self) -> bool:
        """True ends the work after the current call; what was evaluated is kept."""
        ...


@runtime_checkable
class EstimateWatch(Watch, Protocol[Found]):
    """A watch that also sees, now and then, what would be found if the work stopped here.

    When it looks is its own affair, and may depend on the clock: no look changes what is found in the end.
    """

    def wants_estimate(self) -> bool:
        """Asked after every call to the game, once there is something to show; True has it made, and shown next."""
        ...

    def on_estimate(self, found: Found) -> None:
        """A provisional result of the kind that the work will end with, marked as partial."""
        ...


class Interrupted(Exception):  # control flow between ledger and attribution, not a failure
    """The watch asked to stop. Everything evaluated so far is in the ledger."""


class Ledger:
    """Evaluates coalitions of a game, each distinct key once, at most `max_evaluations` keys in all.

    Attributes:
        requested: coalitions asked for, repeats included.
        forward_tokens: tokens that went through models for them.
    """

    def __init__(self, game: Game, *, max_evaluations: int, watch: Watch | None = None) -> None:
        if max_evaluations < 2:
            raise BudgetTooSmall(
                f"a budget of {max_evaluations} evaluations cannot hold nothing and everything; give at least 2",
                needed=2,
            )
        self.game = game
        self.max_evaluations = max_evaluations
        self.requested = 0
        self.forward_tokens = 0
        self.planned = 2
        self._watch = watch
        self._worth_of: dict[Hashable, float] = {}
        self._calls = 0
        self._told: Callable[[], None] | None = None

    @property
    def distinct(self) -> int:
        """Evaluations made so far."""
        return len(self._worth_of)

    @property
    def left(self) -> int:
        """Evaluations that the budget still allows."""
        return self.max_evaluations - self.distinct

    def plan(self, distinct: int) -> None:
        """Announce how many distinct evaluations there will be in all, for progress."""
        self.planned = distinct

    def unseen(self, coalitions: Coalitions, beyond: set[Hashable] | None = None) -> set[Hashable]:
        """Keys of these rows that are neither in the memo nor in `beyond`. Raises: Interrupted."""
        return {key for key in self._keys(coalitions) if key not in self._worth_of and key not in (beyond or ())}

    def known(self, coalitions: Coalitions) -> Bool[ndarray, "m"]:
        """True for rows whose worth is in the memo."""
        return np.array([key in self._worth_of for key in self.game.keys(coalitions)], dtype=bool)

    def worths(self, coalitions: Coalitions) -> Worths:
        """Worths of these rows; only unseen keys cost anything.

        Raises: BudgetTooSmall: the unseen keys do not fit the budget (nothing is then evaluated).
            Interrupted: the watch asked to stop. RewardError: from the game.
        """
        keys = self._keys(coalitions)
        first_row = {key: row for row, key in reversed(list(enumerate(keys))) if key not in self._worth_of}
        rows = sorted(first_row.values())
        if len(rows) > self.left:
            raise BudgetTooSmall(
                f"{len(rows)} more evaluations are needed and {self.left} of {self.max_evaluations} are left; "
                f"raise the budget to {self.distinct + len(rows)}",
                needed=self.distinct + len(rows),
            )
        self.requested += len(keys)  # before the calls: whoever looks or stops in between sees what was asked
        for call in self._calls_over(rows):
            self._evaluate(coalitions[call], [keys[row] for row in call])
        return np.array([self._worth_of[key] for key in keys])

    def recall(self, coalitions: Coalitions) -> Worths:
        """Worths of rows that are all in the memo; evaluates and counts nothing."""
        return np.array([self._worth_of[key] for key in self.game.keys(coalitions)])

    def leave_if_asked(self) -> None:
        """For whoever works long between calls. Raises: Interrupted: the watch asked to stop."""
        if self._watch is not None and self._watch.should_stop():
            raise Interrupted

    @contextmanager
    def telling(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call `listener` after every call to the game meanwhile. It may recall; it must not evaluate."""
        before, self._told = self._told, listener
        try:
            yield
        finally:
            self._told = before

    def _keys(self, coalitions: Coalitions) -> list[Hashable]:
        """The game's, with a look at the watch between pieces: a large budget is a lot of text to write."""
        keys: list[Hashable] = []
        for start in range(0, len(coalitions), KEYS_BETWEEN_LOOKS):
            if start:
                self.leave_if_asked()
            keys += self.game.keys(coalitions[start : start + KEYS_BETWEEN_LOOKS])
        return keys

    def _calls_over(self, rows: list[int]) -> Iterator[list[int]]:
        start = 0
        while start < len(rows):
            size = CALL_SIZES[min(self._calls, len(CALL_SIZES) - 1)]
            yield rows[start : start + size]
            start += size

    def _evaluate(self, coalitions: Coalitions, keys: list[Hashable]) -> None:
        self.leave_if_asked()
        with metering() as meter:
            worths = self.game.worths(coalitions)
        self._worth_of.update(zip(keys, worths.tolist(), strict=True))
        self.forward_tokens += meter.forward_tokens
        self._calls += 1
        if self._watch is not None:
            self._watch.on_progress(self.distinct, max(self.planned, self.distinct))
        if self._told is not None:
            self._told()
