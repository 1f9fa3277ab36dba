import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ospo_core.models.encoder import SentenceEncoder, load_encoder

MINILM = "all-MiniLM-L6-v2"

RECIPES = {
    "kettle": "electric kettle that boils a litre of water in two minutes",
    "lamp": "desk lamp with warm light and a bendable neck",
    "tent": "two person tent for rain and wind in the mountains",
    "boots": "leather hiking boots with a grip for wet rock",
    "stove": "gas stove for cooking on a camping trip",
    "drill": "cordless drill with two batteries",
}


class LetterEncoder:
    """A text's vector counts its letters a to z, beside a constant that gives the empty text a direction."""

    def __init__(self, window: int = 1000) -> None:
        self.window = window
        self.encoded = 0

    @property
    def identity(self) -> Mapping[str, Any]:
        return {"model": "letters", "window": self.window}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += len(texts)
        rows = [[1.0, *(text[: self.window].lower().count(chr(97 + i)) for i in range(26))] for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), 27)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_hidden(self, texts: Sequence[str], hidden: Sequence[Sequence[Any]]) -> np.ndarray:
        return self.encode([_blanked(text, spans) for text, spans in zip(texts, hidden, strict=True)])

    def truncated(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([len(text) > self.window for text in texts], dtype=bool)


def _blanked(text: str, spans: Sequence[Any]) -> str:
    letters = list(text)
    for span in spans:
        letters[span.start : span.end] = " " * (span.end - span.start)
    return "".join(letters)


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return load_encoder(MINILM)


@pytest.fixture
def letters() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the cache of whoever runs it."""
    monkeypatch.setenv("OSPO_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def write_catalogue(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    def write(items: Mapping[str, str]) -> Path:
        path = tmp_path / "shop.jsonl"
        path.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in items.items()), "utf-8")
        return path

    return write


@pytest.fixture
def shop(write_catalogue: Callable[[Mapping[str, str]], Path]) -> Path:
    return write_catalogue(RECIPES)
