"""What a response looks like when some of its players are absent.

`drop` takes their text out and mends the spaces, `replace` puts a placeholder where they stood, `attention` leaves
the text and hides it from the model. Everyone present is always the response itself, to the character.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from ospo_core.errors import SettingsError
from ospo_core.text.spans import Span

PLACEHOLDER = "…"


@runtime_checkable
class TextMasking(Protocol):
    """A masking that writes a shorter or changed text."""

    def render(self, text: str, players: Sequence[Span], present: Bool[ndarray, "n"]) -> str:
        """`text` with only the players that are present; `players` tile it."""
        ...

    def as_json(self) -> dict[str, Any]:
        """The form in which a result carries it."""
        ...


@dataclass(frozen=True, slots=True)
class Drop:
    """Absent text is taken out; where a seam would glue two words together, one space is put."""

    def render(self, text: str, players: Sequence[Span], present: Bool[ndarray, "n"]) -> str:
        """As promised by TextMasking. O(n)."""
        runs = _runs(present)
        if not runs:
            return ""
        kept = [(players[first].start, players[stop - 1].end) for first, stop in runs]
        pieces = [text[slice(*kept[0])] if kept[0][0] == 0 else text[slice(*kept[0])].lstrip()]
        for (_, left), (start, end) in pairwise(kept):
            pieces.append(_mended(pieces, removed=text[left:start], right=text[start:end]))
        return "".join(pieces) if kept[-1][1] == len(text) else "".join(pieces).rstrip()

    def as_json(self) -> dict[str, Any]:
        """The form in which a result carries it."""
        return {"kind": "drop"}


@dataclass(frozen=True, slots=True)
class Replace:
    """Each absent player becomes the placeholder, with the white space that stood around it."""

    placeholder: str = PLACEHOLDER

    def render(self, text: str, players: Sequence[Span], present: Bool[ndarray, "n"]) -> str:
        """As promised by TextMasking. O(n)."""
        return "".join(
            span.of(text) if here else self._stand_in(span.of(text))
            for span, here in zip(players, present, strict=True)
        )

    def _stand_in(self, absent: str) -> str:
        core = absent.strip()
        if not core:
            return absent
        start = absent.index(core)
        return absent[:start] + self.placeholder + absent[start + len(core) :]

    def as_json(self) -> dict[str, Any]:
        """The form in which a result carries it."""
        return {"kind": "replace", "placeholder": self.placeholder}


@dataclass(frozen=True, slots=True)
class Attention:
    """The text stays; the model's attention mask hides the absent players. Needs a reward that has such a model."""

    def hidden(self, players: Sequence[Span], present: Bool[ndarray, "n"]) -> tuple[Span, ...]:
        """The absent stretches of text, merged."""
        return tuple(Span(players[first].start, players[stop - 1].end) for first, stop in _runs(~present))

    def as_json(self) -> dict[str, Any]:
        """The form in which a result carries it."""
        return {"kind": "attention"}


Masking = Drop | Replace | Attention


def masking_named(kind: str, *, placeholder: str = PLACEHOLDER) -> Masking:
    """The masking of that name. Raises: SettingsError: there is none."""
    maskings: dict[str, Masking] = {"drop": Drop(), "replace": Replace(placeholder), "attention": Attention()}
    if kind not in maskings:
        raise SettingsError(f"unknown masking {kind!r}; choose one of {', '.join(maskings)}")
    return maskings[kind]


def _runs(present: Bool[ndarray, "n"]) -> list[tuple[int, int]]:
    """Maximal runs of present players as half-open index ranges."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], present, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _mended(pieces: list[str], *, removed: str, right: str) -> str:
    """`right`, with a space before it where taking `removed` out would glue two words; never two spaces."""
    left = pieces[-1]
    if not left:
        return right.lstrip()
    if left[-1].isspace():
        return right.lstrip(" ")
    glued = left[-1].isalnum() and right[0].isalnum() and any(character.isspace() for character in removed)
    return f" {right}" if glued or (removed[-1].isspace() and not right[0].isspace()) else right
