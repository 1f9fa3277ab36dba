"""Numbers as they are written on the screen: a real minus sign, thousands apart, times in words."""

from __future__ import annotations

MINUS = "−"
_ORDINALS = ("Next", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")


def signed(value: float, decimals: int) -> str:
    """+0.12 or −0.12; what rounds to nothing has no sign."""
    rounded = round(value, decimals)
    sign = "" if rounded == 0 else "+" if rounded > 0 else MINUS
    return f"{sign}{abs(rounded):.{decimals}f}"


def plain(value: float, decimals: int) -> str:
    """0.12 or −0.12."""
    return signed(value, decimals).removeprefix("+")


def percent(share: float) -> str:
    """A share of one as a whole per cent: 44 %."""
    return f"{100 * share:.0f}\u00a0%"


def duration(seconds: float) -> str:
    """About how long: 0.4 s, 21 s, 5 min, 2 h."""
    if seconds < 1:
        return f"{max(seconds, 0.1):.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


def place_in_line(position: int) -> str:
    """Of a run that waits; 0 is the next."""
    return f"{_ORDINALS[position]} in line" if position < len(_ORDINALS) else f"Number {position + 1} in line"


def count(number: int, noun: str) -> str:
    """1 token, 2,048 tokens."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
