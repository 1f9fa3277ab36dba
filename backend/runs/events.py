"""Server-sent events of a run: `progress` as it goes on, and one last event named by its final state.

Whoever comes later, or again, is told the present first: there is nothing to replay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.problems import ProblemError
from backend.queue.work import Work
from backend.runs.service import RunService
from backend.runs.waiting import Attendance, Happened, attending

LEAST_PAUSE_SECONDS = 0.1
"""Reports that come faster than this are told together."""


EVENTS: dict[str, Any] = {
    "description": "`progress` events, then one named by the final state; `data` is JSON",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "description": "one event",
                "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
            }
        }
    },
}
"""How the contract describes a stream."""


class Streams:
    """How many streams are open, of all clients and of each, and how many may be."""

    def __init__(self, most: int, per_client: int) -> None:
        self._most, self._per_client = most, per_client
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """Of all clients."""
        return sum(list(self._open.values()))  # in one step: threads ask too

    def place(self, client: str) -> StreamPlace:
        """For one more stream of a client. Raises: ProblemError: 429, no stream is free, or none for this client."""
        if self.open >= self._most or self._open[client] >= self._per_client:
            raise ProblemError(
                429,
                "too-many-streams",
                "as many event streams are open as may be; ask for the run itself",
                headers={"Retry-After": "5"},
                title="Too many event streams",
            )
        return StreamPlace(self._open, client)


class StreamPlace:
    """Leave to open one stream."""

    def __init__(self, counted: Counter[str], client: str) -> None:
        self._counted, self._client = counted, client

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Count it for as long as it lasts; clients without a stream are forgotten."""
        self._counted[self._client] += 1
        try:
            yield
        finally:
            self._counted[self._client] -= 1
            self._counted += Counter()


class EventStream(Response):
    """An ASGI response that ends with the run, or with the client."""

    media_type = "text/event-stream"

    def __init__(
        self, runs: RunService, run_id: str, kind: str, work: Work | None, *, place: StreamPlace, heartbeat: float
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._runs, self._run_id, self._kind, self._work = runs, run_id, kind, work
        self._place, self._heartbeat = place, heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI promises."""
        with self._place.taken():
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with aclosing(self._chunks(receive)) as chunks:
                async for chunk in chunks:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _chunks(self, receive: Receive) -> AsyncGenerator[bytes]:
        work = self._work
        if work is not None:
            with attending(work, receive, self._runs.leave) as attendance:
                while not work.over:
                    yield self._progress(work)
                    happened = await self._next_change(attendance)
                    if happened is Happened.GONE:
                        return
                    if happened is Happened.TIME:
                        yield b": still here\n\n"
        yield await self._last()

    async def _next_change(self, attendance: Attendance) -> Happened:
        """The next change after a short pause, which gathers those that come fast, or the heartbeat."""
        happened = await attendance.pause(LEAST_PAUSE_SECONDS)
        return await attendance.wait(self._heartbeat) if happened is Happened.TIME else happened

    def _progress(self, work: Work) -> bytes:
        state, progress = self._runs.progress(work)
        return event_bytes("progress", {"id": work.id, "state": state, **progress.model_dump()})

    async def _last(self) -> bytes:
        view = await run_in_threadpool(self._runs.view, self._run_id, self._kind)
        told = view.model_dump(mode="json", include={"id", "state", "stored", "partial", "has_result", "problem"})
        return event_bytes(view.state, told | view.progress.model_dump())


def event_bytes(name: str, data: dict[str, object]) -> bytes:
    """One event; JSON has no line breaks of its own."""
    return f"event: {name}\ndata: {json.dumps(data, allow_nan=False)}\n\n".encode()
