"""The events of a run: one JSON object a line, numbered without gaps, on disk before the next is written.

Knows nothing of what the events say. A line that a crash left half written is cut away when the log is opened.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ospo_core.training.disk import disk_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a log held when it was opened: where it is whole up to, how many lines, attempts and seconds."""

    bytes: int = 0
    lines: int = 0
    attempts: int = 0
    seconds: float = 0.0
    last_step: int = 0


class EventLog:
    """Appends events; one writer at a time, which the run's lock sees to. `last_step` is that of the last event."""

    def __init__(self, path: Path) -> None:
        past = past_of(path)
        with disk_errors("the events"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")
            self._file.truncate(past.bytes)
        self._next = past.lines
        self.last_step = past.last_step
        self._attempt = past.attempts + 1
        self._before, self._opened = past.seconds, time.monotonic()

    def append(self, kind: str, step: int, content: Mapping[str, Any]) -> None:
        """Write one event, and wait until the disk has it. Raises: DiskRefused."""
        event = {
            "sequence": self._next,
            "kind": kind,
            "step": step,
            "attempt": self._attempt,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "seconds": round(self.seconds, 3),
            **content,
        }
        line = json.dumps(finite(event), ensure_ascii=True, allow_nan=False) + "\n"
        with disk_errors("the events"):
            self._file.write(line.encode("ascii"))
            self._file.flush()
            os.fsync(self._file.fileno())
        self._next += 1
        self.last_step = step

    @property
    def seconds(self) -> float:
        """Wall time trained so far, earlier attempts included."""
        return self._before + time.monotonic() - self._opened

    def close(self) -> None:
        """Nothing can be appended afterwards."""
        self._file.close()


def past_of(path: Path) -> Past:
    """What a log holds up to its first line that is no event in its place; nothing where there is no file."""
    past = Past()
    if not path.exists():
        return past
    with disk_errors("the events"), path.open("rb") as file:
        for line in file:
            event = _event(line)
            if event is None or event.get("sequence") != past.lines:
                break
            past = Past(
                bytes=past.bytes + len(line),
                lines=past.lines + 1,
                attempts=int(event.get("attempt", past.attempts)),
                seconds=float(event.get("seconds", past.seconds)),
                last_step=int(event.get("step", past.last_step)),
            )
    return past


def finite(value: Any) -> Any:
    """The same with null for every number that JSON does not know."""
    if isinstance(value, Mapping):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
