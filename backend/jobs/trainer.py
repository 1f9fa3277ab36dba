"""The trainer process of one job: started alone, kept alive by a heartbeat, asked to stop, or killed with all its own.

It gets an environment of named variables only: no token and no address of the database.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from backend.jobs.folder import JobFolder

DONE, STOPPED, BAD_INPUT, DISK = 0, 75, 2, 74
KILLED = frozenset({-signal.SIGKILL, 128 + signal.SIGKILL})
"""By whom is not told; the usual one is the system, for want of memory."""
LAST_BYTES, LAST_WORDS = 8192, 300

_PASSED = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"),
    *("HF_HOME", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "XDG_CACHE_HOME", "TORCH_HOME"),
)
_ALWAYS = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the worker's environment a trainer may see."""
    return {name: environment[name] for name in _PASSED if name in environment} | _ALWAYS


class Trainer:
    """A process in a session of its own, so that what it starts can be killed with it.

    Started by the thread that watches it: the parent-death signal comes when that thread ends.
    """

    def __init__(self, command: Sequence[str], folder: JobFolder, heartbeat: Path, max_silence_seconds: float) -> None:
        self._heartbeat, self._folder, self._asked = heartbeat, folder, False
        with folder.open(heartbeat, "w") as file:
            file.write(str(os.getpid()))
        arguments = [str(folder.run_file), "--output", str(folder.output), "--heartbeat", str(heartbeat)]
        with folder.open(folder.log, "wb") as log:
            self._process = subprocess.Popen(
                [*command, *arguments, "--max-silence", str(max_silence_seconds)],
                env=scrubbed(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Of the process, and of its group."""
        return self._process.pid

    def code(self) -> int | None:
        """How it ended; None while it lives."""
        return self._process.poll()

    def touch(self) -> None:
        """Let it live on."""
        with suppress(OSError):  # a full or failing disk: the trainer will say so itself
            os.utime(self._heartbeat)

    def stop(self) -> None:
        """Ask it, once, to save and end."""
        if not self._asked:
            self._asked = True
            self._process.terminate()

    def kill(self) -> int:
        """End it and what it started, at once; how it ended."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        with suppress(OSError):
            self._heartbeat.unlink()
        return code

    def last_words(self) -> str:
        """The last line that it wrote to standard error."""
        try:
            with self._folder.open(self._folder.log, "rb") as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - LAST_BYTES))
                lines = log.read(LAST_BYTES).decode("utf-8", "replace").strip().splitlines()
        except FileNotFoundError:  # taken away, or a link in its place
            return ""
        return lines[-1][:LAST_WORDS] if lines else ""
