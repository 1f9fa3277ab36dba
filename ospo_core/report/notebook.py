"""A report inside a notebook cell: the whole page in a sandboxed frame, which cannot reach the notebook around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from ospo_core.report.compare_page import compare_html
from ospo_core.report.explain_page import explain_html

_HEIGHT = {"explain": 960, "compare": 1040}


def notebook_html(document: Mapping[str, Any]) -> str:
    """The markup for `_repr_html_` of a document of either kind.

    The frame has scripts but not the notebook's origin: no access to its page, storage or kernel.
    """
    kind = document["kind"]
    page = {"explain": explain_html, "compare": compare_html}[kind](document)
    return (
        f'<iframe title="Token credit" sandbox="allow-scripts" loading="lazy" srcdoc="{escape(page)}" '
        f'style="width:100%;height:{_HEIGHT[kind]}px;border:0"></iframe>'
    )
