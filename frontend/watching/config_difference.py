"""Where two run files differ, setting by setting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

NONE = "none"
_UNSPOKEN = frozenset({"name", "preset"})
"""What says nothing of how a run trains."""
_LONGEST = 60


def config_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, value here, value there, of every setting that is not the same; names of nested ones are joined by dots."""
    left, right = dict(_flat(one)), dict(_flat(other))
    names = dict.fromkeys([*left, *right])
    return [
        (name, _said(left.get(name)), _said(right.get(name)))
        for name in names
        if name not in _UNSPOKEN and left.get(name) != right.get(name)
    ]


def _flat(config: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _said(value: Any) -> str:
    if value is None or value == {}:
        return NONE
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
