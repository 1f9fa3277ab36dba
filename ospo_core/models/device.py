"""Which processor a model runs on, and in which precision."""

from __future__ import annotations

import torch


def choose_device() -> torch.device:
    """The fastest kind of processor present: CUDA, then Apple's, then the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def choose_precision(device: torch.device) -> torch.dtype:
    """bfloat16 on a GPU, where it is fast; float32 on the CPU, where it is exact to 1e-5 whatever the batch."""
    return torch.float32 if device.type == "cpu" else torch.bfloat16
