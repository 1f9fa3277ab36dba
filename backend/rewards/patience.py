"""How long the service waits for a call of a reward, and what it leaves behind.

No thread can be ended from outside. So work that asks a reward is done in a thread of its own while its slot waits;
once a call is overdue the slot goes on to the next run, and the thread is left to itself. It ends when its call
returns, or with the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from backend import logs
from backend.rewards.calls import Calls, RewardTimeout
from backend.rewards.performer import Performer
from backend.rewards.policy import Allowed
from backend.rewards.shelf import Shelf

MOST_LEFT_BEHIND = 8
"""With so many threads left behind the service is not ready: each keeps its memory, and some keep a core."""

Result = TypeVar("Result")


class Patience:
    """Of one service. `seconds` is the longest that a call may show no life; 0 is for ever."""

    def __init__(self, seconds: float, shelf: Shelf) -> None:
        self._seconds, self._shelf = seconds, shelf
        self._performers: dict[int, Performer] = {}
        self._left: list[Performer] = []
        self._lock = threading.Lock()

    @property
    def left_behind(self) -> int:
        """Threads that are still in a call that was given up."""
        with self._lock:
            self._left = [performer for performer in self._left if performer.alive]
            return len(self._left)

    @property
    def holds(self) -> bool:
        """Whether few enough are left behind."""
        return self.left_behind < MOST_LEFT_BEHIND

    def carry_out(self, allowed: Allowed, work: Callable[[Calls], Result]) -> Result:
        """What `work` returns, which asks the reward `allowed`.

        Raises: what `work` raises; RewardTimeout: a call is overdue. The reward is built anew then for the next run,
        since the one that hangs may hold a lock.
        """
        calls = Calls()
        if not self._seconds:
            return work(calls)
        performer = self._performer()
        answer = performer.do(lambda: work(calls))
        try:
            self._await(answer, calls)
        except RewardTimeout:
            self._leave(performer)
            self._shelf.forget(allowed)
            raise
        try:
            return answer.result()
        finally:
            del answer  # an error in it holds this frame: without a cycle both go at once

    def close(self) -> None:
        """Let the threads go."""
        with self._lock:
            for performer in self._performers.values():
                performer.let_go()
            self._performers.clear()

    def _performer(self) -> Performer:
        """The one of this slot.

        Not the one that worked last, whichever slot it was: OpenMP's threads that are alone in their process wait by
        spinning, and on a busy machine a run with embeddings took ten times as long.
        """
        with self._lock:
            slot = threading.get_ident()
            if slot not in self._performers:
                self._performers[slot] = Performer()
            return self._performers[slot]

    def _await(self, answer: Future[Result], calls: Calls) -> None:
        pause = self._seconds
        while not wait([answer], pause).done:
            pause = calls.seconds_left(self._seconds)

    def _leave(self, performer: Performer) -> None:
        performer.let_go()
        with self._lock:
            self._performers.pop(threading.get_ident(), None)
            self._left.append(performer)
        logs.event("reward_left_behind", threads=self.left_behind, at=logs.places(performer.stack()))
