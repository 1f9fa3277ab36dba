"""Ends a process when the one that started it is gone, also where that was killed and could say nothing.

Linux does it by itself (PR_SET_PDEATHSIG, prctl(2)). Elsewhere a small process watches: it reads from a pipe whose
other end the parent holds, and the end of the pipe is the end of the parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

_PR_SET_PDEATHSIG = 1


def tied_by_linux() -> Callable[[], None] | None:
    """To be called in a child between fork and exec, as `preexec_fn`; None on another system."""
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was gone before it was asked for
            os.kill(os.getpid(), signal.SIGTERM)

    return tie


class Watcher:
    """A process that sends SIGTERM to `pid` when we are gone, unless it was let go before."""

    def __init__(self, pid: int) -> None:
        command = [sys.executable, "-m", "frontend.tether", str(pid)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def let_go(self) -> None:
        """The watched process is over: its number may soon be another's."""
        self._process.kill()
        self._process.communicate()


def main() -> int:
    """What the watching process does."""
    sys.stdin.buffer.read()
    with suppress(ProcessLookupError):
        os.kill(int(sys.argv[1]), signal.SIGTERM)
    return 0


if __name__ == "__main__":
    sys.exit(main())
