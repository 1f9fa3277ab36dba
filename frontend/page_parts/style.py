"""The rules of style of these parts; a page draws them first."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_STYLE = Path(__file__).with_name("parts.css").read_text("utf-8")


def draw_parts_style() -> None:
    """Once a page, before any of its parts."""
    st.html(f"<style>{_STYLE}</style>")
