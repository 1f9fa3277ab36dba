"""Compare: a group of responses under its rules, or two results against each other."""

from __future__ import annotations

from frontend.comparing.address import Pair
from frontend.comparing.group_page import draw_group
from frontend.comparing.pair_page import draw_pair
from frontend.comparing.start_page import draw_start
from frontend.comparing.starting import draw_refusal
from frontend.page_parts.style import draw_parts_style
from frontend.session import Param, param_id


def draw_page() -> None:
    """What the address names; else a choice."""
    pair, group = Pair.of_address(), param_id(Param.RESULT)
    if pair.begun:
        draw_pair(pair)
    elif group is not None:
        draw_group(group)
    else:
        draw_start()


draw_parts_style()
draw_refusal()
draw_page()
