"""Checkpoints as folders: which of them are whole, which is the newest, and how a new one is put in place.

A checkpoint is `step-000010` with safetensors and JSON files, and a `manifest.json` of their names, sizes and sha256
that is written last. Nothing in it is ever unpickled, and nothing is read before the manifest was found to be true.
Knows nothing of models.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ospo_core.training.disk import disk_errors, sweep, whole_folder

MANIFEST = "manifest.json"
KEPT = 2
FILE_KINDS = (".safetensors", ".json")

_NAME = re.compile(r"step-(\d{6,})")
_log = logging.getLogger(__name__)


class BrokenCheckpoint(ValueError):
    """Not what its manifest says, or of another run; says which file."""


def checkpoint_step(folder: Path) -> int | None:
    """The step that a folder's name says, or None where it is no checkpoint's."""
    name = _NAME.fullmatch(folder.name)
    return int(name[1]) if name else None


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints in a folder by their names, the newest first; whether they are whole is not looked at."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if checkpoint_step(path) is not None), key=_step, reverse=True)


def newest_whole(folder: Path, run_sha256: str) -> Path | None:
    """The newest checkpoint of this run that is whole; newer ones that are not are set aside, drafts swept away.

    Cost: reads every byte of the one it returns. Raises: DiskRefused: a broken one cannot be renamed.
    """
    if folder.is_dir():
        sweep(folder)
    for path in checkpoints(folder):
        try:
            check(path, run_sha256)
        except BrokenCheckpoint as error:
            _log.warning("checkpoint %s is set aside: %s", path.name, error)
            _set_aside(path)
        else:
            return path
    return None


def check(folder: Path, run_sha256: str) -> None:
    """Compare every file with the manifest. Raises: BrokenCheckpoint: says what does not agree."""
    manifest = _manifest(folder)
    if manifest.get("step") != checkpoint_step(folder):
        raise BrokenCheckpoint("its manifest is that of another step")
    if manifest.get("run_sha256") != run_sha256:
        raise BrokenCheckpoint("it is of another run")
    files = manifest.get("files")
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    if not isinstance(files, dict) or set(files) != present:
        raise BrokenCheckpoint("it does not have the files that its manifest names")
    for name, stated in files.items():
        if _facts(folder / name) != stated:
            raise BrokenCheckpoint(f"{name} is not what the manifest says")


@contextmanager
def new_checkpoint(folder: Path, step: int, run_sha256: str) -> Iterator[Path]:
    """A draft folder to write the files into; a checkpoint once the block ends, after which the oldest are removed.

    Raises: DiskRefused: the older checkpoints are as they were.
    """
    place = folder / f"step-{step:06d}"
    with whole_folder(place, f"checkpoint {place.name}") as draft:
        yield draft
        files = {path.name: _facts(path) for path in sorted(draft.iterdir())}
        manifest = {"step": step, "run_sha256": run_sha256, "files": files}
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    for old in checkpoints(folder)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise BrokenCheckpoint("it has no manifest that can be read") from None
    if not isinstance(manifest, dict):
        raise BrokenCheckpoint("its manifest is no object")
    return manifest


def _facts(path: Path) -> dict[str, Any]:
    if path.suffix not in FILE_KINDS or path.is_symlink() or not path.is_file():
        raise BrokenCheckpoint(f"{path.name} is no safetensors or JSON file")
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _set_aside(path: Path) -> None:
    aside = path.with_name(f"broken-{path.name}")
    with disk_errors(f"checkpoint {path.name}"):
        shutil.rmtree(aside, ignore_errors=True)
        path.rename(aside)


def _step(folder: Path) -> int:
    step = checkpoint_step(folder)
    assert step is not None
    return step
