"""One HTTP connection that must say in time what it wants: the head of every request, and then its body.

uvicorn waits for ever for either. The guard gives a slow body up with an answer (408); this closes what sends its
request line a letter at a time, and what goes on trickling a body that was refused long ago. Knows no route.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backend.settings import Settings

GRACE_SECONDS = 2.0
"""After the guard's time for a body, so that its answer is sent before the connection ends."""


class TimedConnection(HttpToolsProtocol):
    """uvicorn's connection with a clock on what has to come."""

    head_seconds: ClassVar[float]
    body_seconds: ClassVar[float]
    _clock: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A new connection owes a head."""
        super().connection_made(transport)
        self._expect(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is owed any more."""
        self._stop()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of the next request on a connection that was kept; of the first one the clock runs already."""
        super().on_message_begin()
        if self._clock is None:
            self._expect(self.head_seconds)

    def on_headers_complete(self) -> None:
        """Now the body is owed."""
        self._expect(self.body_seconds + GRACE_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All is here."""
        self._stop()
        super().on_message_complete()

    def _expect(self, seconds: float) -> None:
        self._stop()
        self._clock = self.loop.call_later(seconds, self.transport.close)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


def timed_connection(settings: Settings) -> type[TimedConnection]:
    """The class of connections with the times of these settings; uvicorn makes one object a connection."""
    times = {"head_seconds": settings.head_seconds, "body_seconds": settings.body_seconds}
    return type("SettingsTimedConnection", (TimedConnection,), times)
