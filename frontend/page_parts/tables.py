"""Tables of words and numbers. Every cell is escaped; an alarm is a bar at the left and semibold, never a colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from frontend.escaping import in_html


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value; `alarm` where somebody should look."""

    name: str
    value: str
    alarm: bool = False


def draw_facts(facts: Iterable[Fact], *, heads: tuple[str, str]) -> None:
    """Two columns. The heads name them for whoever reads them aloud."""
    rows = "".join(
        f"<tr{' class=alarm' if fact.alarm else ''}><td>{in_html(fact.name)}</td>"
        f'<td class="n">{in_html(fact.value)}</td></tr>'
        for fact in facts
    )
    st.html(f'<table class="plain-table"><tr>{_heads(heads, last_right=True)}</tr>{rows}</table>')


def draw_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Any number of columns; scrolls sideways where the window is too narrow."""
    body = "".join("<tr>" + "".join(f"<td>{in_html(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    st.html(f'<div class="table-scroll"><table class="plain-table"><tr>{_heads(heads)}</tr>{body}</table></div>')


def _heads(heads: Sequence[str], *, last_right: bool = False) -> str:
    return "".join(
        f'<th scope="col"{" class=n" if last_right and place == len(heads) - 1 else ""}>{in_html(head)}</th>'
        for place, head in enumerate(heads)
    )
