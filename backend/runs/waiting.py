"""Waiting for work in the event loop, with an eye on the client: who leaves is noticed while nothing is sent to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive

from backend.queue.work import Listener, Work


class Happened(StrEnum):
    """Why a wait ended."""

    CHANGED = "changed"
    GONE = "gone"
    TIME = "time"


class Attendance:
    """One client that watches one piece of work."""

    def __init__(self, work: Work, receive: Receive) -> None:
        self.work = work
        self._changed = asyncio.Event()
        self._gone = asyncio.ensure_future(_until_gone(receive))
        self._loop = asyncio.get_running_loop()

    def listener(self) -> None:
        """Called by any thread when the work changes."""
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(self._changed.set)

    async def wait(self, seconds: float) -> Happened:
        """Until the work changes, the client is gone, or the time is over."""
        changed = asyncio.ensure_future(self._changed.wait())
        done, _ = await asyncio.wait((changed, self._gone), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        changed.cancel()
        if self._gone in done:
            return Happened.GONE
        self._changed.clear()
        return Happened.CHANGED if done else Happened.TIME

    async def pause(self, seconds: float) -> Happened:
        """Until the client is gone or the time is over; a change meanwhile is not lost."""
        done, _ = await asyncio.wait((self._gone,), timeout=seconds)
        return Happened.GONE if done else Happened.TIME

    async def until_over(self, seconds: float) -> Happened:
        """Until the work is over (CHANGED), the client is gone, or the time is over."""
        end = self._loop.time() + seconds
        while not self.work.over:
            happened = await self.wait(max(0.0, end - self._loop.time()))
            if happened is not Happened.CHANGED:
                return happened
        return Happened.CHANGED

    def close(self) -> None:
        """Stop listening for the client."""
        self._gone.cancel()


@contextmanager
def attending(work: Work, receive: Receive, leave: Callable[[Work, Listener], None]) -> Iterator[Attendance]:
    """Watch `work`; at the end `leave` is told in a thread, since giving work up writes to the store."""
    attendance = Attendance(work, receive)
    work.watch(attendance.listener)
    try:
        yield attendance
    finally:
        attendance.close()
        task = asyncio.ensure_future(run_in_threadpool(leave, work, attendance.listener))
        _LEAVING.add(task)
        task.add_done_callback(_LEAVING.discard)


_LEAVING: set[asyncio.Task[None]] = set()
"""The loop itself holds tasks only weakly."""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
