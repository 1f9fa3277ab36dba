"""The style and the script of a component, joined from the files of drawing/.

Every component is one CSS and one JavaScript string: Streamlit mounts such strings without any build step or asset
folder. The order of the names is the order of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from frontend.theme import custom_properties

_STYLES = ("frame.css", "tokens.css", "legend.css", "readout.css")
_SCRIPTS = (
    "elements.js",
    "mounting.js",
    "tooltip.js",
    "sentence.js",
    "legend.js",
    "readout.js",
    "map.js",
    "maps.js",
    "levels.js",
    "fold.js",
)


def style(*names: str) -> str:
    """The colours, what all views share, and the named files of drawing/. Begins with a line break.

    Streamlit takes a string without line breaks that holds a slash or an asterisk for the path of a file.
    """
    return "\n" + custom_properties(":host") + _joined((*_STYLES, *names))


def script(*names: str) -> str:
    """What all views share and the named files of drawing/, as one module; the last one exports the component."""
    return "\n" + _joined((*_SCRIPTS, *names))


def _joined(names: Sequence[str]) -> str:
    folder = files("frontend.components") / "drawing"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
