"""Prompts of one's own in place of a named data set: JSONL, pasted or uploaded, that goes with the request."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from frontend.escaping import in_html
from frontend.launching.uploaded_text import uploaded_text_field
from frontend.page_parts.sentence import draw_quiet
from frontend.session import Key

ROWS = "rows"
"""The service's name for them, in its errors too."""
MOST_CHARACTERS = 2_000_000
_HELP = (
    "One JSON object a line: “prompt”, and what the reward needs for that prompt, such as “reference”, “facts” or "
    "“targets”. They are used in place of the prompts named above, and lie with the run."
)


def own_rows() -> str | None:
    """What was pasted or uploaded; None where there is nothing."""
    text = str(st.session_state.get(Key.TRAIN_ROWS) or "")
    return text if text.strip() else None


def draw_own_prompts(errors: Mapping[str, str]) -> None:
    """The fold; it says what is in it, and is open where it is wrong."""
    with st.expander(_line(), key="train_own", expanded=ROWS in errors):
        draw_quiet(_HELP, "small")
        uploaded_text_field(
            "Prompts, JSONL",
            Key.TRAIN_ROWS,
            file_key=Key.TRAIN_ROWS_FILE,
            types=["jsonl", "json", "txt"],
            most=MOST_CHARACTERS,
            placeholder='{"prompt": "How much?", "reference": "240 mg, every six hours."}',
        )
        if ROWS in errors:
            st.html(f'<div class="field-error" role="alert">{in_html(errors[ROWS])}</div>')


def _line() -> str:
    rows = own_rows()
    if rows is None:
        return "**Own prompts** none; paste or upload JSONL"
    count = sum(bool(line.strip()) for line in rows.split("\n"))
    return f"**Own prompts** {count:,} line{'' if count == 1 else 's'}"
