"""One line and exit code 2 where the settings do not allow a start, for every program of the service."""

from __future__ import annotations

import sys

from pydantic import ValidationError

REFUSED = 2


def refused(program: str, reason: str) -> int:
    """Say why nothing starts."""
    print(f"{program}: {reason}", file=sys.stderr)
    return REFUSED


def what_is_wrong(error: ValidationError) -> str:
    """The first setting that cannot be used, by the name of its variable."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = "OSPO_" + "_".join(str(step) for step in first["loc"]).upper() + ": " if first["loc"] else ""
    return name + first["msg"].removeprefix("Value error, ")
