"""A readout strip alone, for a page that puts a chart of its own between the maps and the readout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streamlit.components.v2 import component

from frontend.components.assets import script, style
from frontend.components.digest import digest

_mount = component("token_credit_readout", css=style(), js=script("readout_view.js"))


def readout_view(cells: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Draw the cells of a view at full width.

    Args:
        cells: {caption, value, detail, alarm} in order; four or six of them.
        key: the widget key.
    """
    drawn = [dict(cell) for cell in cells]
    _mount(key=key, data={"cells": drawn, "version": digest(drawn)})
