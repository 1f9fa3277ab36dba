"""`python -m backend.users`: adds, lists and removes named users. A running service sees the change at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from backend.refusal import refused
from backend.users.role import ROLES, Role
from backend.users.token import digest_of, new_token
from backend.users.users_file import User, UsersFileError, read_users, write_users

PROGRAM = "ospo users"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 2, with one line, where it cannot be done."""
    given = _parser().parse_args(arguments)
    path = given.file or os.environ.get("OSPO_USERS_FILE")
    if not path:
        return refused(PROGRAM, "set OSPO_USERS_FILE, or name the file with --file")
    try:
        return given.do(Path(path), given)
    except UsersFileError as error:
        return refused(PROGRAM, str(error))
    except OSError as error:
        return refused(PROGRAM, f"the file of users cannot be written ({error.strerror})")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend.users", description="Named users of the service.")
    parser.add_argument("--file", help="the file of users; default is OSPO_USERS_FILE")
    commands = parser.add_subparsers(required=True)
    add = commands.add_parser("add", help="add a user, and print his token: it is shown this once")
    add.add_argument("name")
    add.add_argument("--role", choices=ROLES, required=True)
    add.set_defaults(do=_add)
    listing = commands.add_parser("list", help="names and roles")
    listing.set_defaults(do=_list)
    remove = commands.add_parser("remove", help="remove a user; what he made stays")
    remove.add_argument("name")
    remove.set_defaults(do=_remove)
    return parser


def _add(path: Path, given: argparse.Namespace) -> int:
    users = read_users(path) if path.exists() else ()
    if given.name in {user.name for user in users}:
        raise UsersFileError("there is a user of this name; remove him first to give him a new token or role")
    token = new_token()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_users(path, [*users, User(name=given.name, role=Role.of(given.role), digest=digest_of(token))])
    print(token)
    print("Hand it over in private: it is not kept, and not shown again.", file=sys.stderr)
    return 0


def _list(path: Path, given: argparse.Namespace) -> int:
    for user in read_users(path):
        print(f"{user.name} {user.role.word}")
    return 0


def _remove(path: Path, given: argparse.Namespace) -> int:
    users = read_users(path)
    if given.name not in {user.name for user in users}:
        raise UsersFileError("there is no user of this name")
    write_users(path, [user for user in users if user.name != given.name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
