"""Text that is not ours, made safe for the three languages Streamlit reads: HTML, Markdown, and labels."""

from __future__ import annotations

import html
import re

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@/'\"])")


def in_html(text: str) -> str:
    """For text and quoted attributes of st.html."""
    return html.escape(text, quote=True)


def in_label(text: str) -> str:
    """For labels of buttons, options and charts, which Streamlit reads as Markdown on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
