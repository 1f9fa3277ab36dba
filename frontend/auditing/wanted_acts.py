"""Which acts the Audit page lists, as its address says it. Names and ids only, never text.

/audit?user=ada&action=delete_result&object=ID
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

import streamlit as st

from frontend.address import an_id
from frontend.auditing.act_words import DEEDS
from frontend.session import Param

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
"""Of a user, as the service allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedActs:
    """Filters; None is any."""

    user: str | None = None
    action: str | None = None
    object_id: str | None = None

    @staticmethod
    def of(*, user: str, action: str, object_id: str) -> WantedActs:
        """From what was typed, chosen or linked to; what cannot be meant is passed over."""
        name = user.strip().lower()
        return WantedActs(
            user=name if _NAME.fullmatch(name) else None,
            action=action if action in DEEDS else None,
            object_id=an_id(object_id.strip()),
        )

    @staticmethod
    def of_address() -> WantedActs:
        """As the reader's link says."""
        given = st.query_params
        return WantedActs.of(
            user=given.get(Param.USER, ""), action=given.get(Param.ACTION, ""), object_id=given.get(Param.OBJECT, "")
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return self != WantedActs()

    def query(self) -> dict[str, str | None]:
        """For the service."""
        return asdict(self)

    def parameters(self) -> dict[str, str]:
        """For an address."""
        named = {Param.USER: self.user, Param.ACTION: self.action, Param.OBJECT: self.object_id}
        return {str(name): value for name, value in named.items() if value is not None}
