"""The name of a worker: stable over restarts, and of one living process at a time.

The durable queue takes whoever has a name for the one who had it: it gives the predecessor's jobs to him at once. So a
name is a lock in the data folder; the kernel frees it when its holder dies.
"""

from __future__ import annotations

import fcntl
import os
import socket
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

MOST_WORKERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerName:
    """Held while `lock` is open."""

    text: str
    lock: TextIOWrapper

    def touch(self) -> None:
        """Show the present as the lock's time of change: a look at the folder tells who is well."""
        os.utime(self.lock.fileno())


def take_name(folder: Path) -> WorkerName:
    """The first of this machine's names that nobody holds. Raises: OSError: the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    host = socket.gethostname()[:100]
    for number in range(MOST_WORKERS):
        name = f"{host}-{number}"
        lock = (folder / f"{name}.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return WorkerName(text=name, lock=lock)
    raise OSError(f"{MOST_WORKERS} workers of this machine hold a name already")
