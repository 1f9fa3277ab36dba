"""`python -m backend` with every logger at DEBUG, as somebody who looks for a fault would have it."""

from __future__ import annotations

import logging
import sys

from backend import logs
from backend.__main__ import main

usual = logs.start_logging


def start_logging() -> None:
    """As always, and then all of it."""
    usual()
    for name in ("", "uvicorn", "uvicorn.error", "ospo", "ospo_core", "asyncio", "httpcore", "alembic", "dbos"):
        logging.getLogger(name).setLevel(logging.DEBUG)


if __name__ == "__main__":
    logs.start_logging = start_logging
    sys.exit(main())
