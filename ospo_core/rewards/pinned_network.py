"""Sockets to addresses that were checked, read and written under one deadline: what httpcore speaks HTTP over.

The name is resolved once for a connection and the socket goes to an address of that very answer, so that a second
answer (DNS rebinding) has no effect; certificate and Host stay those of the name. Importing this imports httpcore.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from ospo_core.rewards.addresses import Resolver
from ospo_core.rewards.deadline import Deadline

CONNECT_SECONDS = 10.0
"""Longest wait for one address to accept, and for its handshake: neither can be called off."""


class PinnedNetwork(httpcore.NetworkBackend):
    """Connects to the first checked address that accepts.

    Args:
        resolve: finds the addresses of a name.
        check: raises if any of the addresses is not allowed.
        deadline: ends every wait.
    """

    def __init__(self, *, resolve: Resolver, check: Callable[[list[str]], None], deadline: Deadline) -> None:
        self._resolve, self._check, self._deadline = resolve, check, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, connect. Raises: OSError: no address accepts; whatever the check raises."""
        addresses = list(self._deadline.run(lambda: self._resolve(host, port)))
        self._check(addresses)
        return DeadlineStream(self._connected(addresses, port), self._deadline)

    def _connected(self, addresses: list[str], port: int) -> socket.socket:
        refusal = OSError("the name has no address")
        for address in addresses:
            try:
                return socket.create_connection(
                    (address, port), timeout=min(CONNECT_SECONDS, self._deadline.remaining())
                )
            except OSError as error:
                refusal = error
        raise refusal


class DeadlineStream(httpcore.NetworkStream):
    """A socket whose every wait ends with the deadline. Timeouts that httpcore asks for are not used."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket, self._deadline = connected, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most `max_bytes`; empty at the end. Raises: OSError; DeadlineReached, CalledOff."""
        return self._patiently(lambda: self._socket.recv(max_bytes))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of the buffer. Raises: as `read`."""
        rest = memoryview(buffer)
        while rest:
            part = rest
            rest = rest[self._patiently(lambda part=part: self._socket.send(part)) :]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same under TLS. Raises: OSError: the certificate is not the name's, among others."""
        try:
            self._socket.settimeout(min(CONNECT_SECONDS, self._deadline.remaining()))
            return DeadlineStream(
                ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline
            )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        self._socket.close()

    def _patiently(self, step: Callable[[], Any]) -> Any:
        while True:
            self._socket.settimeout(self._deadline.slice())
            try:
                return step()
            except TimeoutError:
                continue
