"""What ties a training process to its folder and to whoever watches it: no folder has two writers, nobody is orphaned.

Three ties, because each has a gap: a lock holds within one machine, the parent-death signal exists on Linux alone and
does not notice a parent that hangs, and the heartbeat is noticed late.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import threading
import time
from io import TextIOWrapper
from pathlib import Path

from ospo_core.errors import InputError, OspoError

SILENCED = 70
"""Exit code of a process that ended itself because its heartbeat stopped (EX_SOFTWARE; to the watcher, a crash)."""
LOOKS_A_SILENCE = 10
"""How often the heartbeat is looked at before the silence is too long."""
_PR_SET_PDEATHSIG = 1  # linux/prctl.h

_held: dict[Path, TextIOWrapper] = {}
"""Locks of this process, open until it ends."""


class FolderTaken(InputError):
    """Another process trains into this folder."""


class Orphaned(OspoError):
    """Whoever started this process ended before it began."""


def hold_lifeline(output: Path, heartbeat: Path | None, max_silence_seconds: float | None) -> None:
    """Lock `output/lock` until the process ends; with a heartbeat, die with the parent and with the heartbeat.

    Called by the process that writes into the folder, before it writes; asking again is harmless. Without a heartbeat
    nobody watches: a run that was started by hand outlives its shell.

    Args:
        output: the folder of the run; made if it is missing.
        heartbeat: a file that the watcher touches, its process id in it. A watcher that hangs touches it no more.
        max_silence_seconds: the process exits at once, unsaved, with SILENCED, when the file was not touched for so
            long. Measured by this process's own clock, so that a clock that is set does no harm.

    Raises:
        FolderTaken: another process holds the lock.
        Orphaned: the watcher is gone already.
        OSError: the folder cannot be written.
    """
    _lock(output.resolve())
    if heartbeat is None or max_silence_seconds is None:
        return
    die_with_parent(signal.SIGKILL)
    _check_watcher(heartbeat)
    threading.Thread(
        target=_end_when_silent, args=(heartbeat, max_silence_seconds), name="lifeline", daemon=True
    ).start()


def _lock(output: Path) -> None:
    if output in _held:
        return
    output.mkdir(parents=True, exist_ok=True)
    file = (output / "lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise FolderTaken("another process trains into this output folder; wait for it, or name another one") from None
    _held[output] = file


def die_with_parent(number: signal.Signals) -> None:
    """Get this signal when the parent ends, on Linux; elsewhere nothing happens, and the heartbeat must do.

    The parent is the thread that started this process, no less. Raises: OSError.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _check_watcher(heartbeat: Path) -> None:
    """It may have ended before the signal was armed. A file that holds no process id says nothing."""
    try:
        os.kill(int(heartbeat.read_text("ascii")), 0)
    except (FileNotFoundError, ValueError, PermissionError):
        return
    except ProcessLookupError:
        raise Orphaned("whoever started this process is gone; nothing was begun") from None


def _end_when_silent(heartbeat: Path, max_silence_seconds: float) -> None:
    touched, at = _touched(heartbeat), time.monotonic()
    while time.monotonic() - at <= max_silence_seconds:
        time.sleep(max_silence_seconds / LOOKS_A_SILENCE)
        now = _touched(heartbeat)
        if now is not None and now != touched:
            touched, at = now, time.monotonic()
    os._exit(SILENCED)


def _touched(heartbeat: Path) -> int | None:
    try:
        return heartbeat.stat().st_mtime_ns
    except OSError:
        return None
