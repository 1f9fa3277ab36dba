"""What the figures were measured on. No name of the machine or its user."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

_LIBRARIES = ("torch", "transformers", "numpy")


def machine() -> dict[str, Any]:
    """Processor, cores, memory, system, library versions, and how busy the machine was when this was asked."""
    import torch

    from ospo_core.models.device import choose_device

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_gib": _memory_gib(),
        "device": str(choose_device()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{library: version(library) for library in _LIBRARIES},
        "load_average": _load_average(),
    }


def described(facts: dict[str, Any]) -> str:
    """The same in one line."""
    load = "" if facts["load_average"] is None else f", load {facts['load_average']:.1f}"
    return (
        f"{facts['processor']}, {facts['cores']} cores, {facts['threads']} threads, {facts['device']}, "
        f"torch {facts['torch']}, Python {facts['python']}{load}"
    )


def _processor() -> str:
    """Linux names it here; elsewhere the standard library knows."""
    table = Path("/proc/cpuinfo")
    if table.exists():
        for line in table.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    """None where the system does not say."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _load_average() -> float | None:
    """Of the last minute; None where the system has none."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None
