"""What the address says, and so what a link, a reload, a second tab and the back button find. Ids only, never text.

/?case=phrase                    a bundled case
/?result=ID&before=ID            a result, and the one it was edited from
/?case=text&from=ID-or-case      the form, filled with what that result or case had
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import streamlit as st

Case = Literal["error", "phrase", "text"]
CASES: tuple[Case, ...] = ("error", "phrase", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the reader is on Explore.

    Attributes:
        result: id of the result shown; the case is then "text".
        before: id of the result that this one was edited from.
        origin: id or name of what the form is filled with.
    """

    case: Case = "error"
    result: str | None = None
    before: str | None = None
    origin: str | None = None

    @staticmethod
    def of(parameters: Mapping[str, str]) -> Place:
        """From an address; what cannot be meant is passed over."""
        result = an_id(parameters.get("result"))
        if result is not None:
            return Place(case="text", result=result, before=an_id(parameters.get("before")))
        named: list[Case] = [case for case in CASES if case == parameters.get("case")]
        case = named[0] if named else CASES[0]
        if case != "text":
            return Place(case=case)
        origin = parameters.get("from")
        return Place(case=case, origin=origin if origin in CASES[:2] else an_id(origin))

    def parameters(self) -> dict[str, str]:
        """For an address; the landing page has none."""
        if self.result is not None:
            named = {"result": self.result, "before": self.before}
        else:
            named = {"case": None if self.case == "error" else self.case, "from": self.origin}
        return {name: value for name, value in named.items() if value is not None}


def place() -> Place:
    """Where the reader is."""
    return Place.of(st.query_params.to_dict())


def go(there: Place) -> None:
    """Another entry in the browser's history; the page is drawn there in the next run."""
    st.query_params.from_dict(there.parameters())


def an_id(given: str | None) -> str | None:
    """An id in its usual writing; None for anything that is none, which so never reaches a path."""
    try:
        return None if given is None else str(uuid.UUID(given))
    except ValueError:
        return None
