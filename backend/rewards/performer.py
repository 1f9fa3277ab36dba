"""A thread that does one piece of work after another, while somebody else waits for it or walks away.

Threads are kept because a new one for each run begins with cold memory and no threads of the linear algebra.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")


class Performer:
    """Asleep until there is work. It keeps no process alive."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="reward", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """False once it was let go and has finished."""
        return self._thread.is_alive()

    def do(self, work: Callable[[], Result]) -> Future[Result]:
        """Begin, after what it was given before."""
        answer = Future[Result]()
        self._jobs.put((answer, work))
        return answer

    def let_go(self) -> None:
        """It ends with what it does now, whenever that returns."""
        self._jobs.put(None)

    def stack(self) -> traceback.StackSummary:
        """Where it is now."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        return traceback.extract_stack(frame) if frame is not None else traceback.StackSummary()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            _settle(*job)
            del job  # what was answered is not kept until the next one


def _settle(answer: Future[Any], work: Callable[[], Any]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:
        answer.set_exception(error)
