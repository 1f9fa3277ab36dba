"""Train: a run of one of the presets, changed as you like, priced before it is started."""

from __future__ import annotations

from frontend.launching.launch_page import draw_launch
from frontend.page_parts.style import draw_parts_style

draw_parts_style()
draw_launch()
