"""Names for data by its content, so that a script can tell in one comparison whether anything changed."""

from __future__ import annotations

import hashlib
import json


def digest(value: object) -> str:
    """A short name of JSON data: equal data has equal names. Time grows with the size of the data."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=12).hexdigest()
