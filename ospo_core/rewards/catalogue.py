"""A catalogue of items to be retrieved: a JSONL file of {"id": ..., "text": ...}, one item a line.

Knows nothing of how items are found. Other attributes of an item are allowed and ignored; blank lines are skipped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ospo_core.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Items in the order of the file; `sha256` is that of the file, `name` its name without folders."""

    name: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    sha256: str

    def positions(self, wanted: Sequence[str], *, role: str) -> tuple[int, ...]:
        """Places of the items with these ids, in the order asked.

        Raises: SettingsError: an id is not in the catalogue; `role` says what it was wanted as.
        """
        places = {item: place for place, item in enumerate(self.ids)}
        missing = [item for item in wanted if item not in places]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise SettingsError(f"{role} {missing[0]!r}{more}: no such id in the catalogue {self.name}")
        return tuple(places[item] for item in wanted)

    def subset(self, ids: Iterable[str]) -> Catalogue:
        """Only these items, still in the order of the file. Raises: SettingsError: an id is not in the catalogue."""
        places = sorted(set(self.positions(list(ids), role="candidate")))
        return Catalogue(
            name=self.name,
            ids=tuple(self.ids[place] for place in places),
            texts=tuple(self.texts[place] for place in places),
            sha256=self.sha256,
        )


def read_catalogue(path: Path) -> Catalogue:
    """Read and check the whole file. Raises: SettingsError: it is missing or empty, or a line is wrong (which one)."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"catalogue {path.name}: cannot be read ({error.strerror})") from None
    lines: dict[str, int] = {}
    texts: list[str] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if not line.strip():
            continue
        item, text = _item(line, f"catalogue {path.name}, line {number}")
        if item in lines:
            raise SettingsError(f"catalogue {path.name}: id {item!r} stands on line {lines[item]} and on line {number}")
        lines[item] = number
        texts.append(text)
    if not lines:
        raise SettingsError(f'catalogue {path.name} holds no items; it needs one {{"id": ..., "text": ...}} a line')
    digest = hashlib.sha256(content).hexdigest()
    return Catalogue(name=path.name, ids=tuple(lines), texts=tuple(texts), sha256=digest)


def _item(line: bytes, where: str) -> tuple[str, str]:
    try:
        item = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{where}: is not UTF-8; save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise SettingsError(f"{where}: is not valid JSON ({error.msg} at column {error.colno})") from None
    except (RecursionError, ValueError):
        raise SettingsError(f"{where}: is nested too deeply, or holds a number too long to read") from None
    if not isinstance(item, dict):
        raise SettingsError(f'{where}: must be an object with "id" and "text"')
    return _text_of(item, "id", where), _text_of(item, "text", where)


def _text_of(item: dict[str, Any], key: str, where: str) -> str:
    if key not in item:
        raise SettingsError(f'{where}: has no "{key}"')
    value = item[key]
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f'{where}: "{key}" must be a text that is not blank')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise SettingsError(f'{where}: "{key}" holds half a surrogate pair, which is no character')
    return value
