"""A moment at which an exchange over the network ends, whatever it is doing, or earlier when it is called off.

A timeout per read does not end an answer that trickles in byte by byte; this does. Knows no protocol.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

SLICE_SECONDS = 0.1
"""Longest wait before it is looked again whether the exchange was called off."""

Result = TypeVar("Result")


class DeadlineReached(Exception):
    """The time is up."""


class CalledOff(Exception):
    """Nobody wants the answer any more."""


class Deadline:
    """Counts from its creation. Many deadlines may share one `called_off`."""

    def __init__(self, seconds: float, called_off: threading.Event) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._called_off = called_off

    def remaining(self) -> float:
        """Seconds left, above 0. Raises: DeadlineReached, CalledOff: there is no reason to go on."""
        if self._called_off.is_set():
            raise CalledOff
        left = self._end - time.monotonic()
        if left <= 0:
            raise DeadlineReached
        return left

    def slice(self) -> float:
        """Seconds that one step may block before it asks again. Raises: as `remaining`."""
        return min(SLICE_SECONDS, self.remaining())

    def sleep(self, seconds: float) -> None:
        """Wait, in vain if the time would be up before. Raises: as `remaining`."""
        if seconds >= self.remaining():
            raise DeadlineReached
        self._called_off.wait(seconds)
        self.remaining()

    def run(self, call: Callable[[], Result]) -> Result:
        """The result of a call that cannot be interrupted; it is left behind in its thread when the time is up."""
        future: Future[Result] = Future()
        threading.Thread(target=_settle, args=(future, call), daemon=True).start()
        while not future.done():
            wait([future], timeout=self.slice())
        return future.result()


def _settle(future: Future[Result], call: Callable[[], Result]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)
