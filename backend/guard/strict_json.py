"""JSON that every part behind can store and send again: finite numbers, whole characters, no key twice.

Python's own reader takes NaN, Infinity and half surrogate pairs, and what comes of them fails later: in the encoder
of the answer, or in one database and not in another.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

DEEPEST = 50
MOST_VALUES = 5_000
"""Of a body, keys not counted: each that is wrong costs a kilobyte of error, and a body has room for a million."""
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


class NotJson(Exception):
    """The bytes are no JSON, or no UTF-8."""


class UnusableJson(Exception):
    """JSON with a number, a text or a key that cannot be used."""


def check_json(body: bytes) -> None:
    """Time and memory linear in the body. Raises: NotJson, UnusableJson: say what is wrong, without repeating it."""
    if _values(body) > MOST_VALUES:
        raise UnusableJson(f"the body holds more than {MOST_VALUES:,} values")
    try:
        value = json.loads(
            body.decode("utf-8"), parse_float=_finite, parse_constant=_not_finite, object_pairs_hook=_distinct
        )
    except UnicodeDecodeError:
        raise NotJson("the body is not UTF-8") from None
    except (RecursionError, ValueError):
        # ValueError is also what a number of thousands of digits raises.
        raise NotJson("the body is not JSON, is nested too deep, or holds a huge number") from None
    _check(value, depth=0)


def _values(body: bytes) -> int:
    """At least as many as the body holds if it is JSON, without reading it; above `MOST_VALUES` it is no count.

    Outside of strings a comma stands before every value but the first of an object or list, and each of these is closed
    once. With the escapes gone, every quote opens or closes a string, of which a value is at most one, and its key one.
    """
    parts = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"', 4 * MOST_VALUES + 2)
    if len(parts) > 4 * MOST_VALUES + 2:
        return MOST_VALUES + 1
    outside = b"".join(parts[::2])
    return 1 + sum(outside.count(mark) for mark in (b",", b"]", b"}"))


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise NotJson(f"the body is nested more than {DEEPEST} deep")
    if isinstance(value, str) and _NOT_TEXT.search(value):
        raise UnusableJson("a text holds a NUL or half of a surrogate pair")
    inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        _check(part, depth + 1)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _not_finite(digits)


def _not_finite(_: str) -> NoReturn:
    raise UnusableJson("a number is not finite")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise UnusableJson("an object holds a key twice")
    return mapping
