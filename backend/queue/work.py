"""A piece of work and those who watch it.

Work that is *held* is wanted only by its watchers: when the last of them goes, it is abandoned. Other work is done
whether anybody watches or not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum

from backend.queue.progress import Progress

Listener = Callable[[], None]


class Phase(StrEnum):
    """Where work is in the queue."""

    WAITING = "waiting"
    WORKING = "working"
    OVER = "over"


class Work:
    """Done once, by a thread of the queue; `withdrawn` is called instead if it never began, `ended` in either case."""

    def __init__(
        self,
        *,
        id: str,
        client: str,
        perform: Callable[[Progress], None],
        withdrawn: Callable[[], None] = lambda: None,
        ended: Callable[[], None] = lambda: None,
        held: bool = False,
    ) -> None:
        self.id, self.client, self.held = id, client, held
        self.perform, self.withdrawn, self._ended = perform, withdrawn, ended
        self.phase = Phase.WAITING
        self.progress = Progress(self.tell)
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    @property
    def over(self) -> bool:
        """Whether there is nothing more to come."""
        return self.phase is Phase.OVER

    def watch(self, listener: Listener) -> None:
        """Call `listener`, in any thread, whenever something changes."""
        with self._lock:
            self._listeners.append(listener)

    def leave(self, listener: Listener) -> bool:
        """Watch no more. True where that leaves held work that nobody wants."""
        with self._lock:
            self._listeners.remove(listener)
            return self.held and not self._listeners and not self.over

    def tell(self) -> None:
        """Tell those who watch that something changed."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def enter(self, phase: Phase) -> None:
        """Go on to a phase and tell."""
        self.phase = phase
        if phase is Phase.OVER:
            self._ended()
        self.tell()
