"""A run's folder: what lies where in it, which run it is of, and that one process at a time works in it.

Importing this module imports no torch.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ospo_core.errors import SettingsError
from ospo_core.training.disk import disk_errors, write_whole
from ospo_core.training.run_file import RunFile, read_run


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The places of docs/training.md inside `path`."""

    path: Path

    @property
    def config(self) -> Path:
        """The run, with every default filled in."""
        return self.path / "config.yaml"

    @property
    def events(self) -> Path:
        """One line an event."""
        return self.path / "events.jsonl"

    @property
    def checkpoints(self) -> Path:
        """Where to go on from."""
        return self.path / "checkpoints"

    @property
    def adapter(self) -> Path:
        """The outcome."""
        return self.path / "adapter"

    def claim(self, run: RunFile) -> None:
        """Make the folder this run's, and write its configuration.

        Raises:
            SettingsError: the folder is already that of a run with other settings; more steps are no other run.
            DiskRefused: it cannot be written.
        """
        if self.config.exists():
            found = read_run(self.config)
            if found.sha256 != run.sha256:
                raise SettingsError(
                    f"{self.config} is of a run with other settings ({_differences(found, run)}); choose another "
                    "--output, or the settings that are there"
                )
        write_whole(self.config, run.as_yaml().encode(), "the run's configuration")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes out. Raises: SettingsError: one is at work here already. DiskRefused."""
        with disk_errors("the run's lock"):
            self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise SettingsError(f"another process trains in {self.path}; wait, or choose another --output") from None
        try:
            yield
        finally:
            os.close(lock)


def _differences(found: RunFile, wanted: RunFile) -> str:
    """Names of the settings that differ."""
    one, other = found.model_dump(), wanted.model_dump()
    return ", ".join(name for name in one if one[name] != other[name])
