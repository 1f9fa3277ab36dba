"""A real PostgreSQL in a temporary folder, for as long as a test session: no other server, no port, no password."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
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


class Server:
    """A server in a folder of its own, which can be killed and started again; `durable` keeps every commit then."""

    def __init__(self, *, durable=False):
        self._settings = (*SETTINGS, "synchronous_commit=on") if durable else SETTINGS
        self._bin = programs()
        self._account = _account() if os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path has at most 107 characters
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._data = self.folder / "data"
        options = ["-U", "ospo", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", "-D", self._data, *options)
        self.start()

    def start(self):
        """Returns once it answers. After a kill its orphans have to notice first: it is tried again meanwhile."""
        options = " ".join([f"-k {self.folder}", *(f"-c {setting}" for setting in self._settings)])
        command = ["pg_ctl", "-D", self._data, "-l", self.folder / "log", "-w", "-t", "60", "-o", options, "start"]
        for _ in range(100):
            try:
                return self._run(*command)
            except subprocess.CalledProcessError:
                time.sleep(0.1)
        return self._run(*command)

    def kill(self):
        """Kill -9 of the postmaster; its children end when they notice."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def close(self):
        """Stop it, and remove its folder."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)

    def _run(self, program, *arguments):
        account = self._account
        user = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        command = [self._bin / program, *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, cwd=self.folder, check=True, **quiet, **user)


@contextmanager
def running():
    """Yields the folder of its socket."""
    server = Server()
    try:
        yield server.folder
    finally:
        server.close()


def _account() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
