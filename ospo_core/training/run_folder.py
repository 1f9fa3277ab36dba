"""A run's folder: what lies where in it, which run it is of, and that one process at a time works in it.

Importing this module imports no torch.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ospo_core.errors import SettingsError
from ospo_core.training.disk import disk_errors, write_whole
from ospo_core.training.lifeline import hold_lifeline
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
        if not is_first_process():
            return
        if self.config.exists():
            found = read_run(self.config)
            if found.sha256 != run.sha256:
                raise SettingsError(
                    f"{self.config} is of a run with other settings ({_differences(found, run)}); choose another "
                    "--output, or the settings that are there"
                )
        write_whole(self.config, run.as_yaml().encode(), "the run's configuration")

    def hold(self, heartbeat: Path | None, max_silence_seconds: float | None) -> None:
        """Keep other runs out until the process ends; with a heartbeat, end with whoever touches it (lifeline.py).

        Of the processes that `accelerate launch` starts for one run the first one holds the folder.
        Raises: FolderTaken: another process is at work here. Orphaned: the watcher is gone. DiskRefused.
        """
        if is_first_process():
            with disk_errors("the run's lock"):
                hold_lifeline(self.path, heartbeat, max_silence_seconds)


def is_first_process() -> bool:
    """Of those that torchrun or `accelerate launch` started together; a process by itself is the first."""
    return os.environ.get("RANK", "0") == "0"


def _differences(found: RunFile, wanted: RunFile) -> str:
    """Names of the settings that differ."""
    one, other = found.model_dump(), wanted.model_dump()
    return ", ".join(name for name in one if one[name] != other[name])
