"""A result comes into view: it stands above the form that began it."""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2 import component

from frontend.session import Key

_mount = component("token_credit_into_view", js=Path(__file__).with_suffix(".js").read_text("utf-8"))


def bring_into_view(result: str | None) -> None:
    """Scroll to the first row of Explore, no further than needed and once a result; None where none was asked for."""
    _mount(key=Key.INTO_VIEW, data={"result": result})
