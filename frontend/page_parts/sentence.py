"""The sentence that a page begins with, from parts as the service gives them: plain text, a strong number, a quote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from frontend.escaping import in_html

Part = Sequence[str]
"""Kind and text; the kinds are `text`, `strong`, and the step that a quoted span is coloured with (p1..p5, n1..n5)."""


def draw_sentence(parts: Iterable[Part]) -> None:
    """As the title of the page."""
    st.html(f'<h1 class="verdict">{"".join(_marked(kind, text) for kind, text in parts)}</h1>')


def draw_title(text: str, detail: str = "") -> None:
    """A head of a section, with a few words beside it."""
    beside = f"<span>{in_html(detail)}</span>" if detail else ""
    st.html(f'<h2 class="part-title">{in_html(text)}{beside}</h2>')


def draw_quiet(text: str, css: str = "quiet") -> None:
    """A line of explanation, in grey."""
    st.html(f'<div class="{css}" dir="auto">{in_html(text)}</div>')


def _marked(kind: str, text: str) -> str:
    return f"<b>{in_html(text)}</b>" if kind == "strong" else in_html(text)
