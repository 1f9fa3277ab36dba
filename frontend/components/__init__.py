"""Streamlit components that draw credit: views in, one choice of the reader out. Know no service and no page."""

from frontend.components.credit_view import CreditState, credit_view, pinned
from frontend.components.film_view import OpenedFrame, film_view
from frontend.components.group_view import GroupState, group_view
from frontend.components.pair_view import pair_view
from frontend.components.preset_view import preset_view
from frontend.components.readout_view import readout_view
from frontend.components.sentence_view import sentence_view
from frontend.components.tree_view import TreeState, tree_view
from frontend.components.unexplained import unexplained

__all__ = [
    "CreditState",
    "GroupState",
    "OpenedFrame",
    "TreeState",
    "credit_view",
    "film_view",
    "group_view",
    "pair_view",
    "pinned",
    "preset_view",
    "readout_view",
    "sentence_view",
    "tree_view",
    "unexplained",
]
