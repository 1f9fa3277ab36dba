"""JSON over HTTP/1.1 with a server that is not trusted: one clear error for whatever it does instead of answering.

httpcore, not httpx on top of it: where to connect must be ours to say, and redirects, proxies and credentials of the
environment and unbounded decompression must not exist rather than be switched off. One connection an attempt, since a
batch of model calls costs far more, and nothing can be left over from an earlier answer. Importing this imports
httpcore.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore

from ospo_core.errors import RewardError
from ospo_core.rewards.addresses import Resolver, require_allowed, system_addresses
from ospo_core.rewards.deadline import Deadline, DeadlineReached
from ospo_core.rewards.pinned_network import PinnedNetwork
from ospo_core.rewards.transport import NoAnswer, Reply

RETRIED = (429, 502, 503, 504)
"""Too busy, or somebody between us and the server could not reach it: asking again changes nothing at the server."""

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 8.0

_ADVICE = {
    400: "it refuses the request; check contract, model and the length of the texts",
    401: "it wants a token; set token_variable",
    403: "it does not accept the token; check the variable named by token_variable",
    404: "nothing is there; check url, contract and model",
    413: "the request is too large for it; lower batch_size",
    422: "it refuses the request; check contract, model and the length of the texts",
    424: "its model cannot do this; check contract",
    429: "it stays overloaded; lower concurrency or raise retries",
}


class HttpTransport:
    """Asks one server.

    Args:
        url: scheme, host, port and the path that all paths start from; no user, query or fragment.
        token: sent as bearer token; never shown.
        allow_private: whether the server may be at a private address.
        retries: further attempts after a status of `RETRIED`.
        max_reply_bytes: most bytes of an answer, counted after decompression.
        resolve: finds the addresses of the host.
        jitter: a number in [0, 1) for each wait. Results do not depend on it.
        tls: decides which certificates are good; None means the certificates that httpcore trusts.
    """

    def __init__(
        self,
        *,
        url: str,
        token: str | None,
        allow_private: bool,
        retries: int,
        max_reply_bytes: int,
        resolve: Resolver = system_addresses,
        jitter: Callable[[], float] | None = None,
        tls: Any = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._authorization = [] if token is None else [("Authorization", f"Bearer {token}")]
        self._allow_private = allow_private
        self._retries = retries
        self._max_reply_bytes = max_reply_bytes
        self._resolve = resolve
        self._jitter = random.SystemRandom().random if jitter is None else jitter
        # Reading all trusted certificates takes a while, and http needs none of them.
        self._tls = httpcore.default_ssl_context() if tls is None and url.startswith("https:") else tls

    def ask(self, path: str, body: Mapping[str, Any] | None, deadline: Deadline) -> Reply:
        """As the protocol says; waits between attempts double from half a second, and are cut short at random."""
        where = self._url + path
        try:
            for attempt in range(self._retries):
                status, headers, content = self._attempt(where, body, deadline)
                if status not in RETRIED:
                    return _reply(where, status, headers, content)
                deadline.sleep(self._wait(attempt, headers))
            return _reply(where, *self._attempt(where, body, deadline))
        except DeadlineReached:
            raise NoAnswer(
                f"{where}: no complete answer within {deadline.seconds:g} s; raise deadline_seconds or lower batch_size"
            ) from None
        except (OSError, UnicodeError, httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
            raise NoAnswer(f"{where}: {_broken(error)} ({type(error).__name__})") from None

    def _wait(self, attempt: int, headers: Mapping[str, str]) -> float:
        jittered = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt) * (0.5 + self._jitter() / 2)
        asked = headers.get("retry-after", "")
        return max(jittered, float(asked)) if re.fullmatch(r"[0-9]{1,6}", asked) else jittered

    def _attempt(
        self, where: str, body: Mapping[str, Any] | None, deadline: Deadline
    ) -> tuple[int, Mapping[str, str], bytes]:
        url = httpcore.URL(where)
        with (
            httpcore.HTTPConnection(url.origin, ssl_context=self._tls, network_backend=self._network(deadline)) as line,
            line.stream(
                "GET" if body is None else "POST",
                url,
                headers=self._headers(where),
                content=None if body is None else json.dumps(body, allow_nan=False).encode("ascii"),
            ) as response,
        ):
            headers = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers}
            chunks = response.iter_stream() if response.status == 200 else ()
            return response.status, headers, self._content(where, headers, chunks)

    def _headers(self, where: str) -> list[tuple[str, str]]:
        """Host is said here because httpcore leaves out the brackets of an IPv6 address."""
        return [
            ("Host", urlsplit(where).netloc),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("Content-Type", "application/json"),
            ("Connection", "close"),
            *self._authorization,
        ]

    def _network(self, deadline: Deadline) -> PinnedNetwork:
        def check(addresses: list[str]) -> None:
            encrypted = self._url.startswith("https:")
            require_allowed(addresses, where=self._url, encrypted=encrypted, allow_private=self._allow_private)

        return PinnedNetwork(resolve=self._resolve, check=check, deadline=deadline)

    def _content(self, where: str, headers: Mapping[str, str], chunks: Iterable[bytes]) -> bytes:
        """The decompressed body; stops at the first byte above the limit, compressed or not."""
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "deflate"):
            raise RewardError(f"{where}: the answer is compressed in a way that was not asked for; switch that off")
        # 47 = any header of zlib or gzip, the largest window
        unpack = None if encoding == "identity" else zlib.decompressobj(wbits=47)
        content, received = bytearray(), 0
        for chunk in chunks:
            received += len(chunk)
            room = self._max_reply_bytes + 1 - len(content)
            content += chunk if unpack is None else unpack.decompress(chunk, room)
            if max(received, len(content)) > self._max_reply_bytes:
                raise RewardError(
                    f"{where}: the answer is larger than {self._max_reply_bytes:,} bytes; "
                    "lower batch_size or raise max_reply_bytes"
                )
        if unpack is not None and not unpack.eof:
            raise RewardError(f"{where}: the compressed answer is cut off; try again")
        return bytes(content)


def _reply(where: str, status: int, headers: Mapping[str, str], content: bytes) -> Reply:
    if 300 <= status < 400:
        raise RewardError(f"{where}: status {status}, a redirect, which is not followed; give the final url")
    if status != 200:
        failed = NoAnswer if status >= 500 else RewardError
        raise failed(f"{where}: status {status}; {_ADVICE.get(status, 'the log of the server may say why')}")
    try:
        return Reply(document=json.loads(content, parse_constant=_not_a_number), headers=headers)
    except (ValueError, RecursionError):
        html = " but a web page" if "html" in headers.get("content-type", "").lower() else ""
        raise RewardError(f"{where}: the answer is not JSON{html}; check url and contract") from None


def _not_a_number(name: str) -> float:
    """Python reads NaN and Infinity, JSON has neither. Made infinite here, so that the response at fault is named."""
    return float(name)


def _broken(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there; start the server or check the port"
    if isinstance(error, ConnectionError):
        return "the connection was cut; see whether the server is still running"
    if isinstance(error, httpcore.ProtocolError | zlib.error):
        return "the answer is cut off or breaks the rules of HTTP; check that the server speaks plain HTTP/1.1"
    if "CERTIFICATE" in str(error):
        return "its certificate is not valid for that name; check the host"
    return "cannot be reached; check host, port and scheme"
