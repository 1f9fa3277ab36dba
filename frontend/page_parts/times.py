"""Moments in words, in the reader's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from frontend.numbers import count, duration

_JUST_NOW, _DAY = 5.0, 86_400.0
"""Seconds."""


def reader_zone() -> tzinfo:
    """The browser's time zone; UTC where it does not say one that we know."""
    name = st.context.timezone
    try:
        return UTC if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def moment(time: datetime, zone: tzinfo, now: datetime) -> str:
    """`today 14:02`, `12 Nov 14:02`, and with the year where it is another."""
    local, today = time.astimezone(zone), now.astimezone(zone)
    clock = local.strftime("%H:%M")
    if local.date() == today.date():
        return f"today {clock}"
    day = f"{local.day} {local.strftime('%b')}"
    return f"{day} {clock}" if local.year == today.year else f"{day} {local.year} {clock}"


def exact_moment(time: datetime, zone: tzinfo) -> str:
    """`12 Nov 2026 14:02:07`."""
    local = time.astimezone(zone)
    return f"{local.day} {local.strftime('%b %Y %H:%M:%S')}"


def ago(time: datetime, now: datetime) -> str:
    """About how long before now: `just now`, `21 s ago`, `5 min ago`, `3 days ago`."""
    seconds = (now - time).total_seconds()
    if seconds < _JUST_NOW:
        return "just now"
    return f"{duration(seconds) if seconds < 2 * _DAY else count(round(seconds / _DAY), 'day')} ago"
