"""A sentence alone, as the heading of a page that puts its own controls between the sentence and the maps."""

from __future__ import annotations

from collections.abc import Sequence

from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.digest import digest

_mount = component("token_credit_sentence", css=style(), js=script("sentence_view.js"))


def sentence_view(sentence: Sequence[Sequence[str]], *, key: str) -> None:
    """Draw the sentence of a view as the page's heading.

    Args:
        sentence: parts [kind, text]; a kind is `text`, `strong`, or the step of a quoted span.
        key: the widget key.
    """
    parts = [list(part) for part in sentence]
    _mount(key=key, data={"parts": parts, "version": digest(parts)})
