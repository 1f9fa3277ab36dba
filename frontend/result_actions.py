"""What can be done with what is shown: edit it and compute again, keep it as a file, pass on its address."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import streamlit as st

from frontend.address import Place, go
from frontend.connection import service
from frontend.page_frame import service_down
from frontend.page_parts.pages import TREE
from frontend.pressing import pressed
from frontend.session import explained

FORMS: tuple[tuple[Literal["json", "csv", "html"], str], ...] = (
    ("html", "Report, HTML"),
    ("json", "Document, JSON"),
    ("csv", "Table, CSV"),
)
TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv"}


def draw_result_actions(here: Place) -> None:
    """Small, at the right of the first row: the eye is to land on the sentence."""
    kept = None if here.result is None else explained(here.result)
    if here.result is not None and kept is None:
        return
    if pressed("Edit and recompute", key="edit"):
        go(Place(case="text", origin=here.result or here.case))
        st.rerun()
    if here.result is None:
        return
    with st.popover("Keep", key="keep"):
        st.html('<div class="small">Link to this result</div>')
        st.code(_link(here.result), language=None, wrap_lines=True)
        st.page_link(TREE, label="Open in Tree", query_params={"result": here.result})
        if kept is not None and kept.run.has_result:
            _draw_exports(here.result)


def _draw_exports(result: str) -> None:
    client = service()  # here, since a download is fetched outside the session
    for form, label in FORMS:
        st.download_button(
            label,
            data=lambda form=form: client.export(result, form).content,
            file_name=f"ospo-{result[:8]}.{form}",
            mime=TYPES[form],
            key=f"export_{form}",
            on_click="ignore",
            disabled=service_down(),
        )


def _link(result: str) -> str:
    """The landing page of this screen with the result's id; what else is in the address bar is left out."""
    here = urlsplit(st.context.url or "")
    base = here.path.removesuffix("explore").rstrip("/")
    return f"{here.scheme}://{here.netloc}{base}/?result={result}"
