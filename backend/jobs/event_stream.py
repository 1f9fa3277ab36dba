"""Server-sent events of a job: its journal as it grows, and its states between.

An event of the journal has its sequence as `id`, so that a client that comes back goes on after it. A change of state
is told without one, as `state`; the stream ends once the job is over and all is told.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.jobs.journal import Event
from backend.jobs.service import JobService
from backend.jobs.states import OVER
from backend.problems import ProblemError
from backend.runs.events import StreamPlace, event_bytes

LOOK_SECONDS = 0.25
STATE_SECONDS = 1.0
AT_ONCE = 200


class JobEventStream(Response):
    """An ASGI response that ends with the job, with the client, or after its time; the client then comes back."""

    media_type = "text/event-stream"

    def __init__(
        self, jobs: JobService, job_id: str, after: int, *, place: StreamPlace, heartbeat: float, longest: float
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._jobs, self._job_id, self._after = jobs, job_id, after
        self._journal, self._offset = jobs.journal(job_id), None
        self._place, self._heartbeat, self._longest = place, heartbeat, longest
        self._told: dict[str, Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI promises."""
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            with self._place.taken():
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                async with aclosing(self._chunks(gone)) as chunks:
                    async for chunk in chunks:
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()

    async def _chunks(self, gone: asyncio.Future[None]) -> AsyncGenerator[bytes]:
        said_at = asked_at = 0.0
        over, end = False, time.monotonic() + self._longest
        while not gone.done() and time.monotonic() < end:
            if time.monotonic() - asked_at > STATE_SECONDS:
                asked_at = time.monotonic()
                over, state = await run_in_threadpool(self._state)
            else:
                state = b""
            # The state first: of a job that is over, nothing is appended after it was asked.
            events = await run_in_threadpool(self._news)
            news = b"".join(_bytes(event) for event in events)
            if news or (state and not over):
                said_at = time.monotonic()
                yield news + (b"" if over else state)
            if over and len(events) < AT_ONCE:
                yield state
                return
            if over:
                asked_at = 0.0
                self._told = None
            if time.monotonic() - said_at > self._heartbeat:
                said_at = time.monotonic()
                yield b": still here\n\n"
            if not events:
                await asyncio.wait((gone,), timeout=LOOK_SECONDS)

    def _state(self) -> tuple[bool, bytes]:
        """Whether the job is over, and its state where that has changed. A job that was deleted is over."""
        try:
            state, step, position = self._jobs.state(self._job_id)
        except ProblemError:
            return True, b""
        told = {"state": state, "step": step, "position": position}
        if told == self._told:
            return state in OVER, b""
        self._told = told
        return state in OVER, event_bytes("state", told)

    def _news(self) -> list[Event]:
        if self._offset is None:
            events = self._journal.after(self._after, AT_ONCE)
        else:
            events = self._journal.since(self._offset, self._after, AT_ONCE)
        if events:
            self._after, self._offset = events[-1].sequence, events[-1].end
        return events


def _bytes(event: Event) -> bytes:
    name = event.line["kind"] if event.line["kind"].isalnum() else "event"
    data = json.dumps(event.line, ensure_ascii=False, allow_nan=False)
    return f"id: {event.sequence}\nevent: {name}\ndata: {data}\n\n".encode("utf-8", "replace")


async def _until_gone(receive: Receive) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
