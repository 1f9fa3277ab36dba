"""The precomputed cases: what the landing page shows before, and without, any service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from frontend.client.bodies import View

FOLDER = Path(__file__).with_name("cases")
FILES = {"error": "critical_error.json", "phrase": "brilliant_phrase.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledCase:
    """A case with its finished view.

    Attributes:
        request: the body that would explain the same response again.
        checks: what was measured for the token that is pinned first.
    """

    request: Mapping[str, Any]
    view: View
    checks: Mapping[str, Any] | None


@cache
def bundled_case(name: str) -> BundledCase:
    """By its name in the address: error or phrase. Raises: KeyError: another name."""
    data = json.loads((FOLDER / FILES[name]).read_text("utf-8"))
    return BundledCase(request=data["request"], view=data["view"], checks=data.get("checks"))
