"""One service a data folder: a second one would take the first one's running work for interrupted."""

from __future__ import annotations

import fcntl
from io import TextIOWrapper
from pathlib import Path


class FolderTakenError(Exception):
    """Another service works in this data folder."""


def lock_folder(folder: Path) -> TextIOWrapper:
    """Hold the folder while the returned file is open; the system lets go of it when the process ends.

    Raises: FolderTakenError. OSError: the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "service.lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise FolderTakenError(f"another service works in {folder}; end it, or set OSPO_DATA_DIR") from None
    return file
