"""A circuit breaker (Nygard, Release It!, 2007) for an address: what failed again and again is left alone for a while.

Our own, for want of a fit: pybreaker 1.4 holds its lock while it calls, so that one request at a time would be on the
way, and measures the pause by the wall clock; circuitbreaker 2.1 takes a call that was called off for a success.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from ospo_core.errors import RewardError

MOST_FAILURES = 5
PAUSE_SECONDS = 30.0
_KEPT = 256


class ScorerResting(RewardError):
    """The address failed too often and is not asked now.

    Attributes:
        retry_seconds: when it will be.
    """

    def __init__(self, message: str, *, retry_seconds: float) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


class Breaker:
    """Closed until `most_failures` in a row, then open for a pause; then half open: the next failure opens it again.

    All who ask while it is half open are let through: they are few, and a trial by one would refuse the others'.
    """

    def __init__(
        self,
        *,
        most_failures: int = MOST_FAILURES,
        pause_seconds: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._pause, self._clock = most_failures, pause_seconds, clock
        self._failures, self._open_until = 0, 0.0
        self._lock = threading.Lock()

    def check(self, where: str) -> None:
        """Raises: ScorerResting: it is open; says for how long, and until when by the wall clock."""
        with self._lock:
            failures, left = self._failures, self._open_until - self._clock()
        if failures < self._most or left <= 0:
            return
        until = datetime.now(UTC) + timedelta(seconds=left)
        raise ScorerResting(
            f"{where}: it failed {failures} times in a row and is not asked before {until:%H:%M:%S} UTC, in "
            f"{left:.0f} s; see whether it is running, then try again",
            retry_seconds=left,
        )

    def failed(self) -> None:
        """It was asked and did not answer."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._open_until = self._clock() + self._pause

    def answered(self) -> None:
        """It is alive."""
        with self._lock:
            self._failures = 0


@lru_cache(maxsize=_KEPT)
def breaker_of(url: str, deadline_seconds: float) -> Breaker:
    """The one of this process for an address, as it is asked: whoever has no patience finds a good server failing."""
    return Breaker()
