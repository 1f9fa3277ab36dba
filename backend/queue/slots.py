"""N slots and a bounded line before them. Full is told at once: a client that knows can come back later.

Whoever has several at work gives way with all but the first while others are at work.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from functools import partial

from backend import logs
from backend.queue.work import Phase, Work

SHORTEST_RETRY, LONGEST_RETRY = 1, 120
_USUAL_SECONDS = 5.0
LONGEST_PAUSE_SECONDS, LOOK_SECONDS = 1.0, 0.1
"""That work gives way for, and between two looks whether it was told to stop meanwhile."""


class Full(Exception):
    """No place is free, for anybody or for this client; `retry_seconds` is when to ask again."""

    def __init__(self, reason: str, retry_seconds: int) -> None:
        super().__init__(reason)
        self.reason, self.retry_seconds = reason, retry_seconds


class Slots:
    """Places = slots + length. A place is reserved first, so that whoever has one can prepare, and then filled."""

    def __init__(self, *, slots: int, length: int, per_client: int) -> None:
        self.slots, self.length, self.per_client = slots, length, per_client
        self._line: deque[Work] = deque()
        self._working: dict[Work, None] = {}
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._closed = False
        self._seconds = _USUAL_SECONDS
        self._threads = [threading.Thread(target=self._serve, name=f"slot-{n}", daemon=True) for n in range(slots)]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Work that waits for a slot."""
        return len(self._line)

    @property
    def working(self) -> int:
        """Work that has a slot."""
        return len(self._working)

    @property
    def taken(self) -> int:
        """Places reserved, waiting or working."""
        with self._changed:
            return self._taken.total()

    @property
    def alive(self) -> bool:
        """Whether every slot's thread runs."""
        return all(thread.is_alive() for thread in self._threads)

    def reserve(self, client: str) -> None:
        """Take a place; `submit` or `release` must follow. Raises: Full."""
        with self._changed:
            total = self._taken.total()
            if total >= self.slots + self.length:
                raise Full("queue", self._retry_seconds(total))
            if self._taken[client] >= self.per_client:
                raise Full("client", self._retry_seconds(self._taken[client]))
            self._taken[client] += 1

    def release(self, client: str) -> None:
        """Give a place back that was not filled."""
        with self._changed:
            self._free(client)

    def submit(self, work: Work) -> None:
        """Fill the place that `work.client` reserved."""
        with self._changed:
            self._line.append(work)
            self._changed.notify_all()

    def position(self, work: Work) -> int | None:
        """Place in the line, the next one is 0; None once it has a slot."""
        with self._changed:
            return self._line.index(work) if work in self._line else None

    def stop(self, work: Work) -> None:
        """End work and keep what there is; it leaves the line at once where it still waits."""
        work.progress.stop()
        self._withdraw(work)
        work.tell()

    def abandon(self, work: Work) -> None:
        """End work of which nobody wants anything."""
        work.progress.abandon()
        self._withdraw(work)

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether nothing works or waits any more, at the latest after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._line and not self._working, seconds)

    def close(self) -> None:
        """End the threads once they are idle."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _withdraw(self, work: Work) -> None:
        with self._changed:
            if work not in self._line:
                return
            self._line.remove(work)
            self._free(work.client)
            self._changed.notify_all()
        self._carry_out(work, work.withdrawn)
        work.enter(Phase.OVER)

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._line or self._closed)
                if not self._line:
                    return
                work = self._line.popleft()
                self._working[work] = None
                self._changed.notify_all()
            self._do(work)

    def _give_way(self, work: Work) -> None:
        """Wait while it is a further one of its client's, another client's is at work, and nobody wants the slot.

        So that who has two at work takes no more of the processor from the others than who has one; a second each time
        at most, since the first may hang.
        """
        end = time.monotonic() + LONGEST_PAUSE_SECONDS
        with self._changed:
            while self._is_further(work) and not work.progress.stopping and time.monotonic() < end:
                self._changed.wait(LOOK_SECONDS)

    def _is_further(self, work: Work) -> bool:
        first = next((one for one in self._working if one.client == work.client), work)
        return first is not work and not self._line and any(one.client != work.client for one in self._working)

    def _do(self, work: Work) -> None:
        started = time.monotonic()
        work.enter(Phase.WORKING)
        work.progress.turn = partial(self._give_way, work)
        work.progress.turn()
        self._carry_out(work, lambda: work.perform(work.progress))
        with self._changed:
            del self._working[work]
            self._free(work.client)
            self._seconds = 0.8 * self._seconds + 0.2 * (time.monotonic() - started)
            self._changed.notify_all()
        work.enter(Phase.OVER)

    def _carry_out(self, work: Work, last: Callable[[], None]) -> None:
        """Whatever the work raises, the slot lives on."""
        try:
            last()
        except BaseException as error:
            logs.fault("work_raised", error, id=work.id)

    def _free(self, client: str) -> None:
        self._taken[client] -= 1
        if self._taken[client] <= 0:
            del self._taken[client]

    def _retry_seconds(self, ahead: int) -> int:
        seconds = math.ceil(self._seconds * ahead / self.slots / 2)
        return min(max(seconds, SHORTEST_RETRY), LONGEST_RETRY)
