"""The tree that is on screen: an explained response, or one response of a group; kept while the service is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import streamlit as st

from frontend.client.bodies import UNFINISHED, View
from frontend.client.errors import Unavailable
from frontend.connection import service
from frontend.session import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Which response of a group, under which of its rules; the index counts from 0."""

    rules: Sequence[str]
    size: int
    rule: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTree:
    """A view of kind explain, and what was asked for to get it."""

    asked: tuple[str, str | None, int | None]
    view: View
    member: Member | None

    @property
    def running(self) -> bool:
        """Whether it is a running estimate."""
        return self.view["state"] in UNFINISHED


def kept_tree(result: str, rule: str | None, index: int | None) -> ShownTree | None:
    """What is on screen, if it is this."""
    kept = cast("ShownTree | None", st.session_state.get(Key.TREE_SHOWN))
    return kept if kept is not None and kept.asked == (result, rule, index) else None


def shown_tree(result: str, rule: str | None, index: int | None) -> ShownTree:
    """From the service. Of a group the response and rule asked for, else its most disputed one under its first rule.

    Raises: ServiceError: there is none, and none is on screen.
    """
    kept = kept_tree(result, rule, index)
    if kept is not None and not kept.running:
        return kept
    try:
        shown = _fetched(result, rule, index)
    except Unavailable:
        if kept is None:
            raise
        return kept
    st.session_state[Key.TREE_SHOWN] = shown
    return shown


def _fetched(result: str, rule: str | None, index: int | None) -> ShownTree:
    view, member = service().view(result, rule=rule), None
    if view["kind"] == "compare":
        place = index if index is not None and index < len(view["rows"]) else view["selected"]
        member = Member(rules=view["rules"], size=len(view["rows"]), rule=view["rule"], index=place)
        view = service().view(result, rule=view["rule"], index=place)
    return ShownTree(asked=(result, rule, index), view=view, member=member)
