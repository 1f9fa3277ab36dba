"""What is written so that it survives a crash: synced to the disk, and in place as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from ospo_core.errors import OspoError

DRAFT = ".draft-"
"""How the name of whatever is not in place yet begins; swept away when a run starts."""


class DiskRefused(OspoError):
    """The disk is full, read-only or broken. What had been saved before is as it was."""


@contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Around writing: what the system says becomes DiskRefused, in one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DiskRefused(f"{what} could not be written ({reason}); free space, then start the run again") from error
    except SafetensorError as error:
        # The library's own writer reports a full disk in its own words.
        raise DiskRefused(f"{what} could not be written ({error}); free space, then start the run again") from error


@contextmanager
def whole_folder(place: Path, what: str) -> Iterator[Path]:
    """A draft folder to write into; put in place of `place` in one step once everything in it is on the disk.

    Raises: DiskRefused: there is no trace of the draft then, and what stood at `place` stands there still.
    """
    with disk_errors(what):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=place.parent))
        try:
            yield draft
            settle(draft, place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def settle(draft: Path, place: Path) -> None:
    """Sync the draft, and move it to its place, where an older one makes way."""
    for path in (*draft.rglob("*"), draft):
        sync(path)
    old = place.with_name(f"{DRAFT}old-{place.name}")
    if place.exists():
        place.rename(old)
    draft.chmod(0o755)
    draft.rename(place)
    sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def write_whole(path: Path, content: bytes, what: str) -> None:
    """Put a file in place in one step. Raises: DiskRefused."""
    with disk_errors(what):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{DRAFT}{path.name}")
        draft.write_bytes(content)
        sync(draft)
        draft.replace(path)
        sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove the drafts that a crash left in a folder."""
    for path in folder.glob(f"{DRAFT}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
