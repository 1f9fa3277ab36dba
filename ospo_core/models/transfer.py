"""Arrays on their way to the processor a model runs on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Num, Shaped
from numpy import ndarray


def on_device(array: Shaped[ndarray, "..."], device: torch.device) -> torch.Tensor:
    """The array as a tensor there. To CUDA from pinned memory, so that the copy does not hold up the work."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def padded(rows: Sequence[Shaped[ndarray, "_"]], width: int, fill: int = 0) -> Num[ndarray, "b t"]:
    """The rows one below the other, each filled up on the right to `width`."""
    table = np.full((len(rows), width), fill, dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table
