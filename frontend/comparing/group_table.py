"""The rows of a group as a table that can be sorted, searched and copied: for screen readers and spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from frontend.page_parts.sentence import draw_title

_LONGEST_RESPONSE = 300


def draw_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """The same rows and numbers as the drawing above, unrounded where sorting needs it."""
    draw_title("The same as a table", "click a column's head to sort")
    columns = {
        "response": [number for number, _ in enumerate(rows, start=1)],
        "reward": [row["reward"] for row in rows],
        "advantage": [row["advantage"] for row in rows],
        "tokens": [row["tokens"] for row in rows],
        "sign flips": [100 * row["sign_flips"] for row in rows],
        "disagreement": [row["disagreement"] for row in rows],
        "text": [_start(row["response"]) for row in rows],
    }
    number = st.column_config.NumberColumn
    with st.container(key="plain_dataframe"):
        st.dataframe(
            columns,
            hide_index=True,
            column_config={
                "response": number(width=80, format="%d"),
                "reward": number(width=90, format="%+.3f"),
                "advantage": number(width=90, format="%+.3f"),
                "tokens": number(width=80, format="%d"),
                "sign flips": number(width=90, format="%.0f %%"),
                "disagreement": number(width=110, format="%.2f"),
            },
        )


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_RESPONSE else f"{line[:_LONGEST_RESPONSE]}…"
