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
MOST_KEYS = 10_000
"""Of one object: an unknown field costs a kilobyte of error, and a body has room for a hundred thousand."""
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


class NotJson(Exception):
    """The bytes are no JSON, or no UTF-8."""


class UnusableJson(Exception):
    """JSON with a number, a text or a key that cannot be used."""


def check_json(body: bytes) -> None:
    """Time and memory linear in the body. Raises: NotJson, UnusableJson: say what is wrong, without repeating it."""
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


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise NotJson(f"the body is nested more than {DEEPEST} deep")
    if isinstance(value, str) and _NOT_TEXT.search(value):
        raise UnusableJson("a text holds a NUL or half of a surrogate pair")
    if isinstance(value, dict) and len(value) > MOST_KEYS:
        raise UnusableJson(f"an object has more than {MOST_KEYS:,} keys")
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
