"""The file of named users: a line a user, `NAME ROLE SHA256`; lines that begin with # are remarks.

It holds no secret: from a hash there is no way back to a token (token.py).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backend.users.role import ROLES, Role

LONGEST_NAME = 32
_LINE = re.compile(rf"(?P<name>\S+)\s+(?P<role>{'|'.join(ROLES)})\s+(?P<digest>[0-9a-f]{{64}})")
_NAME = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{LONGEST_NAME - 1}}}")
HEADER = "# Users of token credit: name, role, SHA-256 of the token. Written by `python -m backend.users`.\n"


class UsersFileError(Exception):
    """The file cannot be used; the message is one line and names the line that is wrong, not what is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A line. Raises: UsersFileError: the name is none."""

    name: str
    role: Role
    digest: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsersFileError(
                f"a name has at most {LONGEST_NAME} of a-z 0-9 . _ - and begins with a letter or a digit"
            )


def read_users(path: Path) -> tuple[User, ...]:
    """In the order of the file. Raises: UsersFileError: it is not there, or a line, a name or a token is wrong."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsersFileError(f"the file of users cannot be read ({type(error).__name__})") from None
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    users = tuple(_user(number, line) for number, line in lines if line and not line.startswith("#"))
    for what in ("name", "digest"):
        if len({getattr(user, what) for user in users}) < len(users):
            raise UsersFileError(f"the file of users has a {what} twice")
    return users


def check_users(path: Path | None) -> None:
    """Whether somebody could come in by this file, where one is set. Raises: UsersFileError."""
    if path is not None and not read_users(path):
        raise UsersFileError("OSPO_USERS_FILE names nobody; add a user: python -m backend.users add NAME --role admin")


def write_users(path: Path, users: Iterable[User]) -> None:
    """Whole or not at all, readable by its owner alone. Raises: OSError."""
    lines = [f"{user.name} {user.role.word} {user.digest}\n" for user in users]
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines([HEADER, *lines])
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _user(number: int, line: str) -> User:
    found = _LINE.fullmatch(line)
    if found is None:
        raise UsersFileError(f"line {number} of the file of users is not: NAME {'|'.join(ROLES)} SHA256")
    return User(name=found["name"], role=Role.of(found["role"]), digest=found["digest"])
