"""How far a piece of work is, and whether it should stop: the `Watch` that the engine reports to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


class Abandoned(BaseException):
    """Nobody wants the result any more: leave at once, keep nothing."""


class Progress:
    """Told by the working thread, read by any. Evaluations; seconds.

    Attributes:
        done, planned: distinct evaluations; planned is 0 until the work knows.
        shown: what the work last showed of itself; None before that.
        turn: waits where others go first; set by the queue.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.done = 0
        self.planned = 0
        self.shown: Any = None
        self.turn: Callable[[], None] = lambda: None
        self._changed = changed
        self._stop, self._abandon = threading.Event(), threading.Event()
        self._first: tuple[float, int] | None = None
        self._latest: tuple[float, int] | None = None

    def on_progress(self, done: int, planned: int) -> None:
        """As promised by Watch."""
        self.done, self.planned = done, planned
        self._latest = (time.monotonic(), done)
        self._first = self._first or self._latest
        self._changed()

    def show(self, shown: object) -> None:
        """Keep this, in the place of what was shown before, for whoever asks how far the work is."""
        self.shown = shown
        self._changed()

    def should_stop(self) -> bool:
        """As promised by Watch. Raises: Abandoned."""
        self.leave_if_abandoned()
        return self._stop.is_set()

    def give_way(self) -> None:
        """Between two pieces: let others go first where the queue says so. Raises: Abandoned: nobody waits any more."""
        self.turn()
        self.leave_if_abandoned()

    def leave_if_abandoned(self) -> None:
        """Raises: Abandoned: nobody waits any more."""
        if self._abandon.is_set():
            raise Abandoned

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop, in either way."""
        return self._stop.is_set() or self._abandon.is_set()

    def stop(self) -> None:
        """Finish the evaluations of this call, and estimate from what there is."""
        self._stop.set()

    def abandon(self) -> None:
        """Leave at once."""
        self._abandon.set()

    @property
    def eta_seconds(self) -> float | None:
        """Time left at the pace since the first report; None before there are two."""
        if self._first is None or self._latest is None or self._latest[1] <= self._first[1]:
            return None
        (start, before), (end, after) = self._first, self._latest
        pace = (end - start) / (after - before)
        return max(0.0, (self.planned - after) * pace - (time.monotonic() - end))


class GroupProgress:
    """The progress of several attributions in one run, each of which counts from 0. A `Watch` around a `Progress`."""

    def __init__(self, progress: Progress, members: int) -> None:
        self._progress, self._members = progress, members
        self._member, self._before, self._last = 0, 0, 0

    def on_progress(self, done: int, planned: int) -> None:
        """As promised by Watch."""
        if done <= self._last:
            self._before, self._member = self._before + self._last, self._member + 1
        self._last = done
        left = max(self._members - self._member, 1)
        self._progress.on_progress(self._before + done, self._before + left * planned)

    def should_stop(self) -> bool:
        """As promised by Watch. Raises: Abandoned."""
        return self._progress.should_stop()
