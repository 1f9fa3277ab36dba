"""The server process: on SIGTERM it takes nothing new, lets what runs finish, and only then stops listening."""

from __future__ import annotations

import logging
import socket
import threading
from types import FrameType

import uvicorn
from fastapi import FastAPI

from backend import logs
from backend.collector import settle
from backend.guard.connection import timed_connection
from backend.runs.service import RunService
from backend.settings import Settings


class DrainingServer(uvicorn.Server):
    """uvicorn stops listening at once; here clients can still fetch what they wait for while the work ends."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            http=timed_connection(settings),
            limit_concurrency=settings.most_connections,
            lifespan="on",
        )
        super().__init__(config)
        # Its lines hold addresses with their queries; the guard writes our own.
        logging.getLogger("uvicorn.access").disabled = True
        self._app, self._settings = app, settings
        self._drain: threading.Thread | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains, the second ends at once."""
        assembly = getattr(self._app.state, "assembly", None)
        if assembly is None or self._drain is not None:
            self._app.state.drained = True
            super().handle_exit(sig, frame)
            return
        logs.event("draining", seconds=self._settings.drain_seconds)
        assembly.runs.draining = True
        self._drain = threading.Thread(target=self._drained, args=(assembly.runs,), daemon=True)
        self._drain.start()

    def _drained(self, runs: RunService) -> None:
        runs.drain(self._settings.drain_seconds)
        self._app.state.drained = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say where: with port 0 only the system knows."""
        await super().startup(sockets)
        settle("service")
        for server in self.servers:
            for listener in server.sockets:
                host, port = listener.getsockname()[:2]
                logs.event("listening", url=f"http://{f'[{host}]' if ':' in host else host}:{port}")
