"""The service's log: one line of key=value an event, with ids, lengths and hashes, and never a text under study."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

LOG = logging.getLogger("ospo.service")
FRAMES = 6


def start_logging() -> None:
    """Send the service's log, and the server's own, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Statements carry their parameters, which are texts under study.
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)


def event(name: str, **fields: object) -> None:
    """Write one event; fields are ids, numbers and names of our own."""
    LOG.info("%s %s", name, " ".join(f"{key}={value}" for key, value in fields.items()))


def fault(name: str, error: BaseException, **fields: object) -> None:
    """Write an error by its type and the places it went through: its message may hold a text."""
    fields = {**fields, "error": type(error).__name__, "at": places(traceback.extract_tb(error.__traceback__))}
    LOG.error("%s %s", name, " ".join(f"{key}={value}" for key, value in fields.items()))


def places(stack: traceback.StackSummary) -> str:
    """The innermost frames of a stack, innermost first: file, line, function."""
    frames = reversed(stack[-FRAMES:])
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in frames) or "-"
