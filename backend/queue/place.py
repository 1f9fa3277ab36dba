"""A place in the queue that is held for a request while it is looked at: filled by work, or given back."""

from __future__ import annotations

from types import TracebackType

from backend.queue.slots import Slots


class Place:
    """Reserved on construction. As a context, it is given back at the end unless it was taken. Raises: Full."""

    def __init__(self, slots: Slots, client: str) -> None:
        slots.reserve(client)
        self._slots, self._client = slots, client
        self._mine = True

    def take(self) -> None:
        """From now on whoever takes it must submit work of this client, or release."""
        self._mine = False

    def __enter__(self) -> Place:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._mine:
            self._slots.release(self._client)
