"""A model's files: the folder they lie in, the hash of the weights, and what is said when they cannot be loaded.

Knows no architecture. Only safetensors weights count as a model; nothing here runs code that comes with one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import HFValidationError
from safetensors import SafetensorError
from transformers.utils import logging as transformers_logging

from ospo_core.errors import ModelMissing
from ospo_core.models.bundled import bundled_path
from ospo_core.models.declared_code import require_no_code

READ_FILES = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors")
"""What is fetched from the hub: no Python, no pickles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """Where a model lies, and what it is called in results: a folder's own name, not the way to it."""

    name: str
    folder: Path

    def weights_sha256(self) -> str:
        """Hash of the weights' files joined in the order of their names; for one file, what sha256sum prints."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.glob("*.safetensors")):
            with path.open("rb") as file:
                hashlib.file_digest(file, lambda: digest)
        return digest.hexdigest()


def find_model(name: str, base_folder: Path | None = None, bundled: Sequence[str] = ()) -> ModelFiles:
    """One of the `bundled` models that would do, a local one, or one of the Hugging Face hub, which may be downloaded.

    A relative folder starts from `base_folder`, or from the current one.
    Raises: ModelMissing: it is none of them, has no safetensors weights, or names code or other models to load.
    """
    files = _found(name, _local(name, base_folder), bundled)
    if not any(files.folder.glob("*.safetensors")):
        raise ModelMissing(f"model {files.name} has no *.safetensors in its folder; other weights are not read")
    require_no_code(files.folder, files.name)
    return files


def on_this_machine(name: str, base_folder: Path | None = None) -> bool:
    """Whether `find_model` has nothing to fetch first: a local folder, or a model of the hub fetched before."""
    if os.path.isdir(_local(name, base_folder)):
        return True
    try:
        return isinstance(try_to_load_from_cache(name, "config.json"), str)
    except HFValidationError:
        return False


def _local(name: str, base_folder: Path | None) -> Path:
    return (base_folder or Path()) / os.path.expanduser(name)


def _found(name: str, local: Path, bundled: Sequence[str]) -> ModelFiles:
    if name in bundled:
        return ModelFiles(name=name, folder=bundled_path(name))
    if os.path.isdir(local):  # which takes a name that is too long for a name that is none
        return ModelFiles(name=local.name, folder=local.resolve())
    return ModelFiles(name=name, folder=_fetched(name, bundled))


def _fetched(name: str, bundled: Sequence[str]) -> Path:
    try:
        return Path(snapshot_download(name, allow_patterns=list(READ_FILES)))
    except (OSError, HFValidationError) as error:
        looked = f"neither bundled ({', '.join(bundled)}) nor" if bundled else "not"
        raise ModelMissing(
            f"model {name} is {looked} a local folder and could not be fetched from the model hub "
            f"({type(error).__name__}); check the name, or give a folder"
        ) from error


@contextmanager
def loading(name: str) -> Iterator[None]:
    """Around transformers' loading: no progress bars; the user's own settings come back afterwards.

    Raises: ModelMissing: the files cannot be read as such a model; says why.
    """
    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelMissing(f"model {name} could not be loaded ({type(error).__name__}): {reason}") from error
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()
