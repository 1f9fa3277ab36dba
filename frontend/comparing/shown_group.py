"""The group that is on screen: its run and the views fetched so far, so that it stays when the service goes away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import streamlit as st

from frontend.client.bodies import Run, View
from frontend.client.errors import Unavailable
from frontend.connection import service
from frontend.session import Key


@dataclass(slots=True)
class ShownGroup:
    """A run that is over, and its views by rule."""

    run: Run
    views: dict[str, View] = field(default_factory=dict)

    def view(self, rule: str) -> View:
        """The group under one of its rules. Raises: ServiceError."""
        if rule not in self.views:
            self.views[rule] = service().view(self.run.id, rule=rule)
        return self.views[rule]


def shown_group(run_id: str) -> ShownGroup:
    """The group of this id. Raises: ServiceError: it is not on screen yet and the service does not give it."""
    kept = cast("ShownGroup | None", st.session_state.get(Key.GROUP_SHOWN))
    if kept is not None and kept.run.id == run_id and kept.run.over:
        return kept
    try:
        run = service().run(run_id)
    except Unavailable:
        if kept is not None and kept.run.id == run_id:
            return kept
        raise
    shown = ShownGroup(run)
    st.session_state[Key.GROUP_SHOWN] = shown
    return shown
