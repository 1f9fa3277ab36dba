"""A text that is pasted, or uploaded into the same field."""

from __future__ import annotations

import streamlit as st

MEGABYTES = 2


def uploaded_text_field(label: str, key: str, *, file_key: str, types: list[str], most: int, placeholder: str) -> None:
    """Draw the field, and below it where a file may be dropped, whose text replaces what the field held."""
    st.text_area(label, key=key, height=150, max_chars=most, placeholder=placeholder, persist_state="session")
    st.file_uploader(
        f"{label}, as a file",
        type=types,
        key=file_key,
        max_upload_size=MEGABYTES,
        label_visibility="collapsed",
        on_change=_take,
        args=(key, file_key, most),
    )
    if wrong := st.session_state.get(_unread(key)):
        st.html(f'<div class="field-error" role="alert">{wrong}</div>')


def _take(key: str, file_key: str, most: int) -> None:
    """Removing the file leaves its text, which may have been changed since."""
    file = st.session_state[file_key]
    st.session_state[_unread(key)] = ""
    if file is None:
        return
    try:
        text = file.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError:
        st.session_state[_unread(key)] = "The file is not UTF-8; save it as UTF-8."
        return
    if len(text) > most:
        st.session_state[_unread(key)] = f"The file has {len(text):,} characters; at most {most:,} can be sent."
        return
    st.session_state[key] = text


def _unread(key: str) -> str:
    return f"{key}_unread"
