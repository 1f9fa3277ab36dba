"""The outer ASGI layer: who may ask for what, from where, in what form and how much. Refuses by default.

In this order: Host (421), Origin and Sec-Fetch-Site (403), token (401), text of the address (422), the table of routes
and roles (404, 405, 403), content type (415), size and speed of the body (413, 408), its JSON (400, 422). What was done
goes into the audit log. It is plain ASGI, not Starlette's BaseHTTPMiddleware, which hides from a handler that its
client has gone.
"""

from __future__ import annotations

import asyncio
import re
import time

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend import logs
from backend.audit.trail import act_of, keep
from backend.guard.permissions import Entry, Permit, entry_of
from backend.guard.strict_json import NotJson, UnusableJson, check_json
from backend.health.metrics import Metrics
from backend.problems import TITLES, plain
from backend.settings import Settings
from backend.users.caller import CALLER, Caller
from backend.users.identity import Identity
from backend.users.role import Role

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_NO_ROUTE = "-"
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")


class Guard:
    """Wraps an application; see the module."""

    def __init__(self, app: ASGIApp, settings: Settings, identity: Identity, metrics: Metrics) -> None:
        self._app, self._settings, self._identity, self._metrics = app, settings, identity, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI promises; a WebSocket is closed, since there is none here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        else:
            await self._watched(scope, receive, send)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, count, log, and let no error out."""
        started, status = time.perf_counter(), 0
        entry = entry_of(scope["path"])
        route = _NO_ROUTE if entry is None else entry.pattern

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                await _audited(scope, entry, status, Headers(raw=message.get("headers", [])))
            await send(message)

        try:
            await self._answer(scope, entry, receive, noting)
        except Exception as error:
            logs.fault("request_failed", error, method=_method(scope), route=route)
            if not status:
                await plain(500, "internal", "the error is in the log; nothing was changed")(scope, receive, noting)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.answered(route=route, method=scope["method"], status=status)
            logs.event("answered", method=_method(scope), route=route, status=status, ms=f"{seconds * 1e3:.1f}")
            if not status:
                await _audited(scope, entry, status, Headers())

    async def _answer(self, scope: Scope, entry: Entry | None, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, entry, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                body = await self._body(headers, receive)
        except TimeoutError:
            refusal = plain(408, "slow-body", "the body did not arrive in time", {"Connection": "close"})
        except _TooLargeError:
            limit = self._settings.most_body_bytes
            refusal = plain(413, "too-large", f"a body has at most {limit:,} bytes", {"Connection": "close"})
        except _GoneError:
            return
        else:
            refusal = _unusable(body) if scope["method"] in WITH_BODY and _has_body(headers) else None
            receive = replayed({"type": "http.request", "body": body, "more_body": False}, receive)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope, entry: Entry | None, headers: Headers) -> Response | None:
        """The first reason not to look at the request at all."""
        return (
            self._wrong_host(headers)
            or self._wrong_site(scope, headers)
            or self._wrong_token(scope, entry, headers)
            or _wrong_address(scope)
            or _wrong_route(scope, entry)
            or _wrong_type(scope, headers)
        )

    def _wrong_host(self, headers: Headers) -> Response | None:
        """A page of a foreign name that was made to resolve to this machine (DNS rebinding) is told by its Host."""
        given = [_HOST.fullmatch(value.lower()) for value in headers.getlist("host")]
        if len(given) == 1 and given[0] is not None and given[0]["name"] in self._settings.hosts:
            return None
        return plain(421, "unknown-host", "this Host is not served here; OSPO_ALLOWED_HOSTS names further ones")

    def _wrong_site(self, scope: Scope, headers: Headers) -> Response | None:
        """A browser says where a request comes from; only our own pages and no page at all are accepted."""
        own = f"{scope['scheme']}://{headers['host']}".lower()
        origins = headers.getlist("origin")
        sites = headers.getlist("sec-fetch-site")
        if all(origin.lower() == own for origin in origins) and all(site in ("same-origin", "none") for site in sites):
            return None
        return plain(403, "foreign-site", "the request was made by a page of another site")

    def _wrong_token(self, scope: Scope, entry: Entry | None, headers: Headers) -> Response | None:
        """Only what the table leaves to nobody in particular goes on without a caller."""
        caller = self._identity.caller(_bearer(headers))
        permit = _permit(scope, entry)
        if caller is not None:
            scope[CALLER] = caller
        elif permit is None or permit.least > Role.NOBODY:
            return plain(401, "token", "send the header Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})
        return None

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body. Raises: _TooLargeError, as soon as that is known; _GoneError: the client left."""
        limit = self._settings.most_body_bytes
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or len(announced) > 18 or int(announced) > limit:
            raise _TooLargeError
        chunks, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _GoneError
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > limit:
                raise _TooLargeError
            more = message.get("more_body", False)
        return b"".join(chunks)


def replayed(first: Message, receive: Receive) -> Receive:
    """A `receive` that gives this message first, and then what the server really says (that the client left)."""
    waiting = [first]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


class _TooLargeError(Exception):
    """The body passes the limit."""


class _GoneError(Exception):
    """The client left before its body was here."""


def _bearer(headers: Headers) -> str | None:
    """The token that was sent."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given if scheme.lower() == "bearer" and given else None


def _permit(scope: Scope, entry: Entry | None) -> Permit | None:
    """What the table says of this method of this route."""
    return None if entry is None else entry.methods.get(scope["method"])


def _wrong_route(scope: Scope, entry: Entry | None) -> Response | None:
    """What is not in the table does not exist, whatever the router knows."""
    if entry is None:
        return plain(404, "not-found", TITLES[404])
    permit = _permit(scope, entry)
    if permit is None:
        return plain(405, "method-not-allowed", TITLES[405], {"Allow": ", ".join(sorted(entry.methods))})
    caller: Caller | None = scope.get(CALLER)
    if permit.least > (Role.NOBODY if caller is None else caller.role):
        return plain(403, "role", f"this needs the role {permit.least.word}")
    return None


async def _audited(scope: Scope, entry: Entry | None, status: int, answer: Headers) -> None:
    """Keep what a known caller did through a route of the table."""
    permit, caller = _permit(scope, entry), scope.get(CALLER)
    if entry is None or permit is None or caller is None:
        return
    act = act_of(scope, permit, caller, route=entry.pattern, status=status, answer=answer)
    if act is not None:
        await keep(act, scope["app"].state.assembly.audit)


def _wrong_address(scope: Scope) -> Response | None:
    """NUL and bytes that are not UTF-8 pass SQLite and are errors of PostgreSQL."""
    parts = (scope.get("raw_path") or scope["path"].encode(), scope["query_string"])
    if all(_is_text(part) for part in parts):
        return None
    return plain(422, "invalid-text", "the address holds a NUL or bytes that are not UTF-8")


def _is_text(escaped: bytes) -> bool:
    raw = re.sub(rb"%([0-9a-fA-F]{2})", lambda pair: bytes([int(pair[1], 16)]), escaped)
    try:
        return "\x00" not in raw.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _wrong_type(scope: Scope, headers: Headers) -> Response | None:
    """What a form of a foreign page can send without asking first is never JSON."""
    if scope["method"] not in WITH_BODY or not _has_body(headers):
        return None
    kind, _, parameter = headers.get("content-type", "").lower().partition(";")
    if kind.strip() == "application/json" and parameter.strip().replace('"', "") in ("", "charset=utf-8"):
        return None
    return plain(415, "not-json", "send application/json, in UTF-8")


def _has_body(headers: Headers) -> bool:
    """Without one there is nothing to read: the router says whether that will do."""
    announced = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    return announced or "content-type" in headers


def _unusable(body: bytes) -> Response | None:
    try:
        check_json(body)
    except NotJson as error:
        return plain(400, "not-json", str(error))
    except UnusableJson as error:
        return plain(422, "invalid-text", str(error))
    return None


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"].isalpha() and len(scope["method"]) < 10 else "-"
