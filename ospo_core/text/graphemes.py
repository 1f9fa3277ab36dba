"""Where user-perceived characters begin: extended grapheme clusters (Unicode Standard Annex 29)."""

from __future__ import annotations

import regex

_CLUSTER = regex.compile(r"\X")


def grapheme_starts(text: str) -> frozenset[int]:
    """Code points at which a cluster begins; cutting a text elsewhere breaks an emoji, a flag or an accent apart."""
    return frozenset(match.start() for match in _CLUSTER.finditer(text))
