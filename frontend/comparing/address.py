"""Where the Compare page is: one group, two results, or nowhere yet. Ids and rule names only, never text.

/compare?result=ID&rule=signed
/compare?left=ID&right=ID&left_rule=rank&right_rule=signed&left_index=2&right_index=2
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

from frontend.comparing.group_request import FLAT, RULES
from frontend.draft import MOST_RESPONSES
from frontend.session import Param, param_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two sides. Rule and index matter where a side is a group; the index is one of its responses, from 0 on."""

    left: str | None = None
    right: str | None = None
    left_rule: str | None = None
    right_rule: str | None = None
    left_index: int | None = None
    right_index: int | None = None

    @staticmethod
    def of_address() -> Pair:
        """What of the address can be meant."""
        return Pair(
            left=param_id(Param.LEFT),
            right=param_id(Param.RIGHT),
            left_rule=rule_of(Param.LEFT_RULE),
            right_rule=rule_of(Param.RIGHT_RULE),
            left_index=index_of(Param.LEFT_INDEX),
            right_index=index_of(Param.RIGHT_INDEX),
        )

    @property
    def begun(self) -> bool:
        """Whether a side is named."""
        return self.left is not None or self.right is not None


def open_group(run_id: str, rule: str | None = None) -> None:
    """A group, under its first rule where none is named."""
    named: dict[str, str] = {Param.RESULT: run_id}
    st.query_params.from_dict(named if rule is None else {**named, Param.RULE: rule})


def open_pair(pair: Pair) -> None:
    """Two results, or one and a choice for the other."""
    st.query_params.from_dict({name: str(value) for name, value in asdict(pair).items() if value is not None})


def open_start() -> None:
    """The choice of what to compare."""
    st.query_params.clear()


def rule_of(name: Param) -> str | None:
    """A rule, if the address names one that there is."""
    given = st.query_params.get(name)
    return given if given in (FLAT, *RULES) else None


def index_of(name: Param) -> int | None:
    """A response of a group, from 0 on, if the address names one."""
    given = st.query_params.get(name, "")
    fits = given.isascii() and given.isdigit() and len(given) < 3 and int(given) < MOST_RESPONSES
    return int(given) if fits else None
