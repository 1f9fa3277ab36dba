"""The calls of a reward that one piece of work makes, one at a time, as another thread watches them.

A call begins anew with every sign of life: to wait for a model that is at work for others is not to hang. It comes back
or is given up, never both; work that was given up leaves as soon as its call comes back, and writes nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ospo_core.errors import RewardError
from ospo_core.models.sign_of_life import heard_by


class LeftBehind(BaseException):
    """The call came back after it was given up."""


class RewardTimeout(RewardError):
    """A call of a reward did not come back in time."""


class Calls:
    """Of one piece of work, made in one thread and watched from another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._call: tuple[str, str] | None = None
        self._since = 0.0
        self._given_up = False

    @contextmanager
    def under_way(self, kind: str, texts: str) -> Iterator[None]:
        """A call of a kind of reward; `texts` describes what it got to whoever waits in vain. Raises: LeftBehind."""
        self._begin(kind, texts)
        try:
            with heard_by(self._go_on):
                yield
        finally:
            self._end()

    def seconds_left(self, seconds: float) -> float:
        """Until the call under way would be overdue, or one that began now.

        Raises: RewardTimeout: it has shown no life for so many seconds; from now on it is given up.
        """
        with self._lock:
            if self._call is None:
                return seconds
            left = self._since + seconds - time.monotonic()
            if left > 0:
                return left
            self._given_up = True
            kind, texts = self._call
            raise RewardTimeout(
                f"reward {kind!r} did not return within {seconds:g} s from a call with {texts}; score such texts alone "
                "to see why, or have OSPO_REWARD_SECONDS raised if it needs so long"
            )

    def _begin(self, kind: str, texts: str) -> None:
        with self._lock:
            self._call, self._since = (kind, texts), time.monotonic()

    def _go_on(self) -> None:
        with self._lock:
            self._since = time.monotonic()

    def _end(self) -> None:
        with self._lock:
            self._call = None
            if self._given_up:
                raise LeftBehind
