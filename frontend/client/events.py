"""Server-sent events read line by line (WHATWG HTML, 9.2), as far as the service uses them: event and data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: `progress`, or the final state's name."""

    name: str
    data: Mapping[str, Any]


def read_events(lines: Iterable[str]) -> Iterator[Event]:
    """Events of a stream; comments (heartbeats) are passed over."""
    name, data = "message", ""
    for line in lines:
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            data += value.strip()
        elif not line and data:
            yield Event(name=name, data=json.loads(data))
            name, data = "message", ""
