"""The layer that refuses runs while the queue is full, in the event loop, before anything is parsed or looked up.

A burst is answered in microseconds a request: whoever has no place is told so at once, and whoever has one holds it
while the request is checked. Let through without a place are requests that need none, so far as that can be known
cheaply: a body that was answered by a run that is over before, and repetitions under an Idempotency-Key.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.guard.layer import replayed
from backend.problems import full_queue
from backend.queue.place import Place
from backend.queue.slots import Full
from backend.users.caller import CALLER, Caller

PATHS = frozenset({"/v1/attributions", "/v1/groups"})
PLACE = "ospo.place"
"""Where the place stands in the scope."""
REMEMBERED = 4096


class Answered:
    """Digests of bodies that were answered by a run that is over, the latest REMEMBERED. For the event loop only."""

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def add(self, digest: bytes) -> None:
        """A request with this body was answered by a run that is over."""
        self._digests[digest] = None
        self._digests.move_to_end(digest)
        if len(self._digests) > REMEMBERED:
            self._digests.popitem(last=False)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._digests


class Turnstile:
    """Wraps the routes; the guard stands before it, so that the body is there in one piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answered = Answered()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI promises."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in PATHS:
            await self._app(scope, receive, send)
            return
        assembly, headers = scope["app"].state.assembly, Headers(scope=scope)
        message = await receive()
        digest = hashlib.sha256(scope["path"].encode() + message.get("body", b"")).digest()
        again, told = replayed(message, receive), _Status(send)
        if assembly.runs.draining or digest in self._answered or "idempotency-key" in headers:
            await self._app(scope, again, told)
        else:
            try:
                place = Place(assembly.slots, client_of(scope, headers))
            except Full as full:
                assembly.metrics.rejected(full.reason)
                await full_queue(full.reason, full.retry_seconds)(scope, again, send)
                return
            with place:
                scope[PLACE] = place
                await asyncio.sleep(0)  # whoever came at the same time and has no place is told first
                await self._app(scope, again, told)
        if told.status == 200:
            self._answered.add(digest)


def client_of(scope: Scope, headers: Headers) -> str:
    """Whom the cap per client counts: the user, else the name that the client gives, else its address."""
    caller: Caller = scope[CALLER]
    return caller.name or headers.get("x-client-id") or (scope["client"][0] if scope.get("client") else "-")


class _Status:
    """A `send` that notes the status."""

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
