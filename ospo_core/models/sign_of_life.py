"""Tells whoever watches a call that the model it waits for is at work, so that to wait one's turn is not to hang."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[], None]] = ContextVar("listener", default=lambda: None)


@contextmanager
def heard_by(listener: Callable[[], None]) -> Iterator[None]:
    """Meanwhile `listener` is called, in this thread, at every sign of life of what is called inside."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def show_life() -> None:
    """Something was done since the last time, for this caller or for others before it. Costs nothing unheard."""
    _listener.get()()
