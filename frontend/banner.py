"""Banners: what happened, what is kept, and ways on. Ink on grey with a bar at the left; colour belongs to data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import streamlit as st

from frontend.client.errors import Problem, ServiceError
from frontend.escaping import in_html


@contextmanager
def banner(title: str, text: str, *, key: str, note: str = "") -> Iterator[None]:
    """A banner; what the caller draws inside (buttons, links) stands at its right.

    `note` is a small second line: an id, a kind of error, a time. Never a text under study.
    """
    small = f'<div class="note">{in_html(note)}</div>' if note else ""
    with st.container(key=f"banner_{key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="banner" role="status"><b>{in_html(title)}</b> <span>{in_html(text)}</span>{small}</div>')
        yield


@contextmanager
def error_banner(error: ServiceError, *, key: str, kept: str, result: str | None = None) -> Iterator[None]:
    """A failed request: what failed, what is kept, and below it the kind of error, for whoever reads the log."""
    title, text = told(error)
    kind = error.kind if isinstance(error, Problem) else "no answer"
    named = [f"result {result[:8]}"] if result is not None else []
    note = ", ".join([*named, kind, datetime.now().astimezone().strftime("%H:%M:%S")])
    with banner(title, f"{text} {kept}".strip(), key=key, note=note):
        yield


def told(error: ServiceError) -> tuple[str, str]:
    """Title and text of an error."""
    if not isinstance(error, Problem):
        return "The service is not answering", "Trying again."
    fields = "; ".join(f"{path.removeprefix('body.')}: {message}" for path, message in error.fields[:3])
    text = ": ".join(part for part in (error.detail or "", fields) if part)
    return error.title, sentence(text)


def sentence(text: str) -> str:
    """Begins with a capital and ends with a full stop."""
    return text if not text else text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
