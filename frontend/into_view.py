"""What was asked for from further down the page comes into view: a result stands above the form that began it."""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2 import component

_mount = component("token_credit_into_view", js=Path(__file__).with_suffix(".js").read_text("utf-8"))


def bring_into_view(what: str | None, *, where: str, key: str) -> None:
    """Scroll no further than needed, once in the life of a tab's page.

    Args:
        what: a name for what was asked for, such as the id of a run; None where nothing was.
        where: the selector of the element it begins with.
        key: of the widget.
    """
    _mount(key=key, data={"what": what, "where": where})
