"""The colours of the screen, light and dark, as one table, and as CSS for components and pages.

Blue is credit and orange is blame, everywhere and nothing else; the rest is ink and grey. The ten stops were built in
OKLCH so that blue and orange of one step have the same lightness and ink keeps at least 4.5:1 on all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "bg": "#fcfbf8",
    "raise": "#f5f3ee",
    "sunk": "#efece6",
    "ink": "#17191c",
    "ink-2": "#4c5056",
    "ink-3": "#666a70",
    "rule": "#e3e0d9",
    "rule-2": "#c6c2b9",
    "p1": "#e0effe",
    "p2": "#bcddfe",
    "p3": "#96c9ff",
    "p4": "#71b3fb",
    "p5": "#519bf3",
    "n1": "#fce9d7",
    "n2": "#f8d1ac",
    "n3": "#f3b680",
    "n4": "#eb9855",
    "n5": "#dd7c31",
}
"""Name to colour in the light theme."""

DARK: Mapping[str, str] = {
    "bg": "#14161a",
    "raise": "#1a1d22",
    "sunk": "#20242a",
    "ink": "#eceae5",
    "ink-2": "#b4b5b8",
    "ink-3": "#90939a",
    "rule": "#2a2e34",
    "rule-2": "#474c54",
    "p1": "#1a2c3d",
    "p2": "#183a5b",
    "p3": "#174879",
    "p4": "#1b5697",
    "p5": "#2363b2",
    "n1": "#372619",
    "n2": "#502f15",
    "n3": "#693812",
    "n4": "#814213",
    "n5": "#974c19",
}
"""The same names in the dark theme."""

STEPS = ("n5", "n4", "n3", "n2", "n1", "z", "p1", "p2", "p3", "p4", "p5")
"""Names of the eleven steps from most blame to most credit; `z`, zero, has no colour of its own: it is the page."""

FONT = (
    '-apple-system,"Segoe UI Variable Text","Segoe UI",Roboto,"Noto Sans","Liberation Sans","DejaVu Sans Condensed",'
    "system-ui,sans-serif"
)
MONO = 'ui-monospace,"SF Mono","Cascadia Mono","Roboto Mono","Liberation Mono","DejaVu Sans Mono",monospace'


def custom_properties(selector: str) -> str:
    """A CSS rule with every colour as `--name`, following the colour scheme that the element inherits.

    `light-dark()` follows Streamlit's own theme menu; the media query of the operating system would not.
    """
    colours = "".join(f"--{name}:light-dark({LIGHT[name]},{DARK[name]});" for name in LIGHT)
    return f"{selector}{{{colours}--font:{FONT};--mono:{MONO}}}\n"
