"""The state of every random generator that training draws from, as plain values: taken, put back, written, read."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomState:
    """Every generator of one process: Python's and NumPy's as JSON values, torch's as tensors of bytes."""

    plain: Mapping[str, Any]
    tensors: Mapping[str, torch.Tensor]

    @classmethod
    def taken(cls) -> RandomState:
        """The generators as they stand."""
        version, words, gauss = random.getstate()
        name, keys, position, has_gauss, cached = np.random.get_state()
        return cls(
            plain={
                "python": [version, list(words), gauss],
                "numpy": [name, np.asarray(keys).tolist(), position, has_gauss, cached],
            },
            tensors=_torch_states(),
        )

    @classmethod
    def read(cls, folder: Path, rank: int) -> RandomState:
        """As `write` left it for the process of this rank."""
        plain = json.loads((folder / f"random-{rank}.json").read_text("utf-8"))
        return cls(plain=plain, tensors=load_file(folder / f"random-{rank}.safetensors"))

    def write(self, folder: Path, rank: int) -> None:
        """Into `random-<rank>.json` and `random-<rank>.safetensors`."""
        (folder / f"random-{rank}.json").write_text(json.dumps(self.plain), encoding="utf-8")
        save_file(dict(self.tensors), folder / f"random-{rank}.safetensors")

    def put_back(self) -> None:
        """Whatever is drawn next is what would have been drawn next when this was taken."""
        version, words, gauss = self.plain["python"]
        random.setstate((version, tuple(words), gauss))
        name, keys, position, has_gauss, cached = self.plain["numpy"]
        np.random.set_state((name, np.array(keys, dtype=np.uint32), position, has_gauss, cached))
        _set_torch_states(self.tensors)


@contextmanager
def unchanged_randomness() -> Iterator[None]:
    """Whatever is drawn inside, training draws afterwards what it would have drawn."""
    before = RandomState.taken()
    try:
        yield
    finally:
        before.put_back()


def _torch_states() -> dict[str, torch.Tensor]:
    states = {"cpu": torch.get_rng_state()}
    for number in range(torch.cuda.device_count()):
        states[f"cuda-{number}"] = torch.cuda.get_rng_state(number)
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def _set_torch_states(states: Mapping[str, torch.Tensor]) -> None:
    torch.set_rng_state(states["cpu"])
    for number in range(torch.cuda.device_count()):
        if f"cuda-{number}" in states:
            torch.cuda.set_rng_state(states[f"cuda-{number}"], number)
    if "mps" in states and torch.backends.mps.is_available():
        torch.mps.set_rng_state(states["mps"])
