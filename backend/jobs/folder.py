"""The folder of one job: the service's own files, and in `output/` those of the run (docs/training.md).

Its files are opened without following links (`unlinked`): the trainer runs what others wrote.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import yaml

from backend.jobs.journal import Journal
from backend.unlinked import unlinked

_CHECKPOINT = re.compile(r"step-(\d{1,9})")
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint whose manifest is there and whose files have the sizes that it names."""

    step: int
    folder: Path
    bytes: int


class JobFolder:
    """Paths and their readers; nothing is made before `make`."""

    def __init__(self, jobs: Path, job_id: str) -> None:
        self.jobs, self.path = jobs, jobs / job_id
        self.output = self.path / "output"
        self.run_file, self.rows, self.log = self.path / "run.yaml", self.path / "rows.jsonl", self.path / "trainer.log"
        self.events, self.config = self.output / "events.jsonl", self.output / "config.yaml"
        self.adapter = self.output / "adapter"

    def make(self, run: Mapping[str, Any], rows: str | None) -> None:
        """Write what the trainer reads; the same at every attempt. Raises: OSError."""
        self.output.mkdir(parents=True, exist_ok=True)
        self._write(self.run_file, self.yaml(run, has_rows=rows is not None))
        if rows is not None:
            self._write(self.rows, rows)

    def yaml(self, run: Mapping[str, Any], *, has_rows: bool) -> str:
        """The run file as the trainer reads it; data that came with the request lies beside it."""
        whole = {**run, "data": str(self.rows)} if has_rows else dict(run)
        return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)

    def open(self, path: Path, mode: str) -> IO[Any]:
        """A file of the folder. Raises: OSError; FileNotFoundError: also for a link."""
        return open(path, mode, encoding=None if "b" in mode else "utf-8", opener=unlinked(self.jobs))

    def journal(self) -> Journal:
        """The run's events."""
        return Journal(self.events, self.jobs)

    def heartbeat(self, fence: int) -> Path:
        """One file a claim: what the new owner touches keeps no trainer of the old one alive."""
        return self.path / f"heartbeat-{fence}"

    def free(self) -> bool:
        """Whether no trainer holds the folder."""
        with kept_free(self) as free:
            return free

    def checkpoints(self) -> list[Checkpoint]:
        """The whole ones, the newest first. Sizes are compared; the trainer compares the hashes when it loads one."""
        found = [one for path in _entries(self.output / "checkpoints") if (one := self._checkpoint(path)) is not None]
        return sorted(found, key=lambda one: one.step, reverse=True)

    def saved_step(self) -> int:
        """The step of the newest checkpoint; 0 where there is none."""
        return next((one.step for one in self.checkpoints()), 0)

    def remove(self) -> None:
        """For good. A first renaming makes what is left after a crash invisible."""
        gone = self.path.with_name(f".{self.path.name}.deleted")
        if self.path.exists():
            self.path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _write(self, path: Path, text: str) -> None:
        with self.open(path, "w") as file:
            file.write(text)

    def _checkpoint(self, path: Path) -> Checkpoint | None:
        name = _CHECKPOINT.fullmatch(path.name)
        sizes = None if name is None else self._manifest_sizes(path)
        if name is None or sizes is None or not _has_sizes(path, sizes):
            return None
        return Checkpoint(step=int(name[1]), folder=path, bytes=sum(sizes.values()))

    def _manifest_sizes(self, folder: Path) -> dict[str, int] | None:
        """Sizes by name of a manifest {"files": {name: {"size", "sha256"}}}; None where it cannot be read."""
        try:
            with self.open(folder / MANIFEST, "r") as file:
                files = json.load(file)["files"]
            return {str(name): int(facts["size"]) for name, facts in files.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _has_sizes(folder: Path, sizes: dict[str, int]) -> bool:
    try:
        return all((folder / name).lstat().st_size == size for name, size in sizes.items())
    except OSError:
        return False


def regular_files(folder: Path) -> list[Path]:
    """The files in a folder of the run and below, links left out."""
    return sorted(Path(root) / name for root, _, names in os.walk(folder) for name in names if _plain(root, name))


def _plain(root: str, name: str) -> bool:
    path = Path(root) / name
    return path.is_file() and not path.is_symlink()


@contextmanager
def kept_free(folder: JobFolder) -> Iterator[bool]:
    """Hold the folder's lock meanwhile, so that no trainer begins; False where one has it."""
    try:
        lock = folder.open(folder.output / "lock", "a")
    except FileNotFoundError:  # no folder yet, or a link, which is no trainer's
        yield True
        return
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
