"""When running work may be looked at: about once a second, and for no more than a small share of its time."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST_PAUSE_SECONDS = 1.0
LARGEST_SHARE = 0.03


class Pacing:
    """Asked by the working thread only. The first look is due a pause after the start; a dear look delays the next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = self._ended = self._began = clock()
        self._spent = self._last = 0.0

    def begin_if_due(self) -> bool:
        """Whether to look now; `end` must follow."""
        now = self._clock()
        if now - self._ended < LEAST_PAUSE_SECONDS:
            return False
        if self._spent + self._last > LARGEST_SHARE * (now - self._started):
            return False
        self._began = now
        return True

    def end(self) -> None:
        """The look is over."""
        self._ended = self._clock()
        self._last = self._ended - self._began
        self._spent += self._last
