"""A run's events.jsonl as it grows: by sequence, by byte offset. Half lines are waited for, others passed over.

Nothing of it is copied into the store: the file is what there is. Sequences grow along the file, so a place in it is
found by bisection, in a few reads. A link in its place is no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from backend.unlinked import unlinked

PAGE_BYTES = 1_000_000
"""Read at once; a line longer than this is read whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line; `end` is the offset of the byte after it."""

    sequence: int
    line: dict[str, Any]
    end: int


class Journal:
    """Of one file below `root`, which may not be there yet."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path, self._root = path, root

    def end(self) -> int:
        """The offset after the last whole line."""
        try:
            with self._opened() as file:
                return _last_line_end(file)
        except FileNotFoundError:
            return 0

    def after(self, sequence: int, most: int) -> list[Event]:
        """The events after a sequence, at most so many and PAGE_BYTES of them."""
        try:
            with self._opened() as file:
                return _page(file, _offset_after(file, sequence), sequence, most)
        except FileNotFoundError:
            return []

    def since(self, offset: int, sequence: int, most: int) -> list[Event]:
        """The same from the end of an event that was read before."""
        try:
            with self._opened() as file:
                return _page(file, offset, sequence, most)
        except FileNotFoundError:
            return []

    def last(self, bytes: int = 65_536) -> list[Event]:
        """The events in the last bytes of the file."""
        try:
            with self._opened() as file:
                size = file.seek(0, 2)
                start = max(0, size - bytes)
                return list(_events(file, _line_start(file, start) if start else 0))
        except FileNotFoundError:
            return []

    def _opened(self) -> BufferedReader:
        return open(self._path, "rb", opener=unlinked(self._root))


def _page(file: BufferedReader, offset: int, sequence: int, most: int) -> list[Event]:
    page: list[Event] = []
    for event in _events(file, offset):
        if event.sequence > sequence:
            page.append(event)
            sequence = event.sequence
        if len(page) == most or event.end - offset > PAGE_BYTES:
            break
    return page


def _events(file: BufferedReader, offset: int) -> Iterator[Event]:
    """From the line that starts at `offset`."""
    file.seek(offset)
    while (raw := file.readline()).endswith(b"\n"):
        offset += len(raw)
        line = _parsed(raw)
        if line is not None:
            yield Event(sequence=line["sequence"], line=line, end=offset)


def _parsed(raw: bytes) -> dict[str, Any] | None:
    """The event of a line. NaN and infinity, which JSON does not have, are read as null."""
    try:
        line = json.loads(raw.decode("utf-8"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    known = isinstance(line, dict) and isinstance(line.get("sequence"), int) and isinstance(line.get("kind"), str)
    return line if known else None


def _offset_after(file: BufferedReader, sequence: int) -> int:
    """Where a line starts at or before the first event after `sequence`, and not far before it."""
    if sequence < 0:
        return 0
    low, high = 0, file.seek(0, 2)
    while high - low > PAGE_BYTES // 16:
        middle = _line_start(file, (low + high) // 2)
        first = next(_events(file, middle), None) if middle < high else None
        if first is not None and first.sequence <= sequence:
            low = middle
        else:
            high = (low + high) // 2
    return low


def _line_start(file: BufferedReader, offset: int) -> int:
    """The first start of a line after `offset`."""
    file.seek(offset)
    return offset + len(file.readline())


def _last_line_end(file: BufferedReader) -> int:
    end = file.seek(0, 2)
    while end:
        start = max(0, end - 65_536)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
