"""Waits for a database server: service, workers and database may be started in any order, and again at any time."""

from __future__ import annotations

import sys
import time

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from backend.database.engine import driven

_PAUSE_SECONDS = 0.25
_TRY_SECONDS = 5


def wait_for_store(url: str, seconds: float, program: str) -> None:
    """Return once the server takes a connection; SQLite has none. Says once on standard error that it waits.

    A wrong password looks like a server that is not there, so that it is waited for as well.
    Raises: sqlalchemy.exc.SQLAlchemyError: it took none in time.
    """
    parsed = driven(url)
    if parsed.get_backend_name() == "sqlite":
        return
    engine = create_engine(parsed, poolclass=NullPool, connect_args={"connect_timeout": _TRY_SECONDS})
    end, told = time.monotonic() + seconds, False
    while True:
        try:
            return engine.connect().close()
        except OperationalError:
            if time.monotonic() >= end:
                raise
        if not told:
            print(f"{program}: the database takes no connection; trying for {seconds:.0f} s", file=sys.stderr)
            told = True
        time.sleep(_PAUSE_SECONDS)
