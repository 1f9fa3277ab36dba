"""A real PostgreSQL in a temporary folder, for as long as a test session: no other server, no port, no password."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "max_connections=400", "shared_buffers=32MB")
"""A socket only; nothing has to survive a loss of power; each test opens an engine or two of its own."""


def programs() -> Path | None:
    """The folder of initdb and pg_ctl: Debian keeps it off the PATH. None where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found is not None:
        folders.insert(0, Path(found).resolve().parent)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


def why_not() -> str | None:
    """The reason for which no server can be started here; None where one can."""
    if programs() is None:
        return "PostgreSQL is not installed; scripts/ensure-postgres installs Debian's"
    if os.getuid() == 0 and _account() is None:
        return "PostgreSQL does not run as root, and there is neither an account postgres nor nobody"
    return None


@contextmanager
def running():
    """Yields the folder of its socket."""
    bin = programs()
    account = _account() if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path has at most 107 characters
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)

    def run(*command):
        user = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, **user)

    data, log = folder / "data", folder / "log"
    try:
        run(bin / "initdb", "-D", data, "-U", "ospo", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = " ".join([f"-k {folder}", *(f"-c {setting}" for setting in SETTINGS)])
        run(bin / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start")
        yield folder
    finally:
        if (data / "postmaster.pid").exists():
            run(bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def _account() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
