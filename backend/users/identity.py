"""From the token of a request to its caller, in one of three ways: everybody, one shared token, named users."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from backend import logs
from backend.settings import Settings
from backend.users.caller import Caller
from backend.users.role import Role
from backend.users.token import digest_of
from backend.users.users_file import User, UsersFileError, read_users

Access = Literal["open", "token", "users"]


class Identity(Protocol):
    """Who may come in at all; `access` names the way."""

    access: Access

    def caller(self, token: str | None) -> Caller | None:
        """Who has this token (None: none was sent); None is nobody."""
        ...


class Everybody:
    """Whoever reaches the service is an admin: this machine alone can."""

    access: Access = "open"

    def caller(self, token: str | None) -> Caller | None:
        return Caller(name=None, role=Role.ADMIN)


class SharedToken:
    """All who have the token are one caller without a name."""

    access: Access = "token"

    def __init__(self, token: str, role: Role) -> None:
        self._digest, self._caller = digest_of(token), Caller(name=None, role=role)

    def caller(self, token: str | None) -> Caller | None:
        matches = token is not None and hmac.compare_digest(digest_of(token), self._digest)
        return self._caller if matches else None


class NamedUsers:
    """Users of a file, which is read again when it changes. While it cannot be read nobody is let in."""

    access: Access = "users"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._users: Sequence[User] = ()
        self._seen: tuple[int, ...] | None = ()

    def caller(self, token: str | None) -> Caller | None:
        if token is None:
            return None
        digest = digest_of(token)
        # All are compared, so that the time says nothing about the place in the file.
        found = [user for user in self._current() if hmac.compare_digest(user.digest, digest)]
        return Caller(name=found[0].name, role=found[0].role) if found else None

    def _current(self) -> Sequence[User]:
        """One stat a request; the file where that differs."""
        stamp = _stamp(self._path)
        if stamp != self._seen:
            self._users, self._seen = _read(self._path), stamp
        return self._users


def identity_of(settings: Settings) -> Identity:
    """The way that the settings choose."""
    if settings.users_file is not None:
        return NamedUsers(settings.users_file)
    if settings.token is not None:
        return SharedToken(settings.token.get_secret_value(), Role.of(settings.token_role))
    return Everybody()


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_ctime_ns


def _read(path: Path) -> Sequence[User]:
    try:
        return read_users(path)
    except UsersFileError as error:
        logs.fault("users_unreadable", error)
        return ()
