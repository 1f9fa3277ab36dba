"""The tree of one explained response: banded text beside the waterfall of the selected node.

The view is the one that credit_view draws (docs/component.md). A node is its place in the view's `parts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.choice import keep, newly_chosen
from frontend.components.digest import digest

_FIELDS = ("unit", "scale", "cues", "own", "bands", "order", "pinned", "tree_sentences")
_OPTIONAL = ("tree_cells",)
_TOKENS = ("text", "label", "ladder")
_PARTS = (
    "kind",
    "number",
    "title",
    "quote",
    "parent",
    "tokens",
    "credit",
    "value",
    "margin",
    "children",
    "shown",
)

_mount = component(
    "token_credit_tree",
    css=style("waterfall.css"),
    js=script("waterfall.js", "tree_view.js"),
)


@dataclass(frozen=True, kw_only=True)
class TreeState:
    """What a reader has chosen.

    Attributes:
        selected: place of the selected node, 0 being the whole response.
    """

    selected: int


def tree_view(view: Mapping[str, Any], *, selected: int, key: str) -> TreeState:
    """Draw the tree of a view of kind `explain` and say which node is selected.

    The page owns the selection, so that a chart can share it: hand the node of the last run back in, or another one.
    A node chosen here since the last run wins over `selected`, once.

    Args:
        view: the view; a KeyError names the field that is missing.
        selected: the node that the page has selected.
        key: the widget key.
    """
    drawn = {name: view[name] for name in _FIELDS} | {name: view.get(name) for name in _OPTIONAL}
    drawn["tokens"] = {name: view["tokens"][name] for name in _TOKENS}
    drawn["parts"] = {name: view["parts"][name] for name in _PARTS}
    text = digest(drawn["tokens"]["text"])
    clicked = newly_chosen(key, "selected", text=text, size=len(drawn["parts"]["kind"]))
    node = selected if clicked is None else clicked
    drawing = digest(drawn)
    data = {"view": drawn, "text": text, "drawing": drawing, "version": f"{drawing}.{node}", "selected": node}
    _mount(key=key, data=data, on_selected_change=keep)
    return TreeState(selected=node)
