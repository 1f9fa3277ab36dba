"""Texts under study as labels of a figure: cut to the room there is, and never read as markup.

Plotly reads a small HTML in every label (`<b>`, `<a href>`, entities). It knows no entity for quotes, so that only the
three characters below are replaced.
"""

from __future__ import annotations

import unicodedata

CHARACTER, WIDE_CHARACTER = 6.4, 13.0
"""Widths in pixels of a letter of 12 px text, and of one that takes a full square."""

_LEAST_LETTERS = 3
_LONGEST_LINE, _MOST_LINES = 64, 6


def plain(text: str) -> str:
    """On one line, with nothing left that Plotly would take for markup."""
    line = " ".join(text.split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def extent(text: str) -> float:
    """About how many pixels a text takes."""
    return sum(WIDE_CHARACTER if unicodedata.east_asian_width(letter) in "WF" else CHARACTER for letter in text)


def fitted(text: str, room: float) -> str:
    """As much of a text as fits into so many pixels, with an ellipsis; nothing where under three letters would."""
    text = " ".join(text.split())
    if extent(text) <= room:
        return text
    used = 0.0
    for position, letter in enumerate(text):
        used += extent(letter)
        if used > room - CHARACTER:
            return f"{text[:position].rstrip()}…" if position >= _LEAST_LETTERS else ""
    return text


def paragraph(text: str) -> str:
    """A longer text broken into lines of a tooltip, at most six."""
    words, lines = text.split(), [""]
    for word in words:
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) > _LONGEST_LINE and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    shown = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines[:_MOST_LINES]]
    rest = "…" if len(lines) > _MOST_LINES else ""
    return "<br>".join(plain(line) for line in shown) + rest
