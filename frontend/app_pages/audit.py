"""Audit: who did what, for admins."""

from __future__ import annotations

from frontend.auditing.act_list import draw_acts
from frontend.page_parts.style import draw_parts_style

draw_parts_style()
draw_acts()
