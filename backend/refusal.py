"""One line and an exit code where nothing can start, for every program of the service."""

from __future__ import annotations

import sqlite3
import sys

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

REFUSED = 2
"""The settings do not allow it: starting again changes nothing."""
TRY_AGAIN = 75
"""What it needs is away; the same code as sysexits.h has for it."""


def refused(program: str, reason: str) -> int:
    """Say why nothing starts."""
    print(f"{program}: {reason}", file=sys.stderr)
    return REFUSED


def store_refused(program: str, error: Exception) -> int:
    """Say that the store cannot be used; by the code, whether it may be in a while."""
    code = refused(program, f"OSPO_DATABASE_URL cannot be used ({type(error).__name__})")
    away = isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error)  # a file is there or not
    return TRY_AGAIN if away else code


def what_is_wrong(error: ValidationError) -> str:
    """The first setting that cannot be used, by the name of its variable."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = "OSPO_" + "_".join(str(step) for step in first["loc"]).upper() + ": " if first["loc"] else ""
    return name + first["msg"].removeprefix("Value error, ")
