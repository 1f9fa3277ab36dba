"""The peak of a process's memory while something is done: Linux's VmHWM, set back beforehand.

What is taken and given back in between shows in no size that is read before and after.
"""

from __future__ import annotations

from pathlib import Path


class Peak:
    """Of one process, this one by default, from here on."""

    def __init__(self, pid: int | str = "self") -> None:
        self._status = Path(f"/proc/{pid}/status")
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._before = self._bytes("VmRSS")

    @property
    def grown(self) -> int:
        """Bytes by which the peak lies above the size at the beginning."""
        return self._bytes("VmHWM") - self._before

    def _bytes(self, name: str) -> int:
        lines = self._status.read_text("ascii").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
