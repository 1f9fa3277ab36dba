"""Newer and Older below a list that the service gives page by page."""

from __future__ import annotations

import streamlit as st

from frontend.pressing import pressed


def draw_paging(cursors: list[str], following: str | None, *, key: str) -> None:
    """Two buttons, where there is more than one page; a press moves `cursors` and draws again.

    Args:
        cursors: where each page after the first began; the last one is the page that is shown.
        following: where the next one begins; None at the end.
        key: of the container.
    """
    if not cursors and following is None:
        return
    with st.container(horizontal=True, key=key):
        if pressed("Newer", key=f"{key}_newer", disabled=not cursors):
            cursors.pop()
            st.rerun()
        if pressed("Older", key=f"{key}_older", disabled=following is None) and following is not None:
            cursors.append(following)
            st.rerun()
