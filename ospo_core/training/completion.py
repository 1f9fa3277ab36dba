"""A completion as players: which generated tokens earn credit, in which words or phrases, and what the rest is.

Thinking blocks and tags are no players: they stay in every coalition, and their tokens get the plain advantage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

import numpy as np
from jaxtyping import Bool, Int64
from numpy import ndarray

from ospo_core.games.masking import Drop
from ospo_core.shapes import Coalitions
from ospo_core.text.hierarchy import Hierarchy, build_hierarchy
from ospo_core.text.segmentation import Segmentation, Segmenter, choose_segmenter
from ospo_core.training.generated_tokens import GeneratedTokens
from ospo_core.tree import Nested, Tree

_PLAIN = re.compile(r"<think>.*?(?:</think>|\Z)|</?[A-Za-z][\w.:-]*>", re.DOTALL)
"""Thinking blocks, also one that was cut off, and tags."""


@dataclass(frozen=True)
class Completion:
    """One completion cut into players. Raises: TextError: it is too long, or no text a reward may read."""

    generated: GeneratedTokens
    player_kind: str

    @property
    def text(self) -> str:
        """The whole completion."""
        return self.generated.text

    @cached_property
    def tokens(self) -> Int64[ndarray, "t"]:
        """Places, among the generated ids, of the tokens that earn credit, in their order."""
        places = [place for place, player in enumerate(self._player_of_id) if player is not None]
        return np.array(places, dtype=np.int64)

    @cached_property
    def player_of_token(self) -> Int64[ndarray, "t"]:
        """For each of `tokens` the number of its player."""
        return np.array([player for player in self._player_of_id if player is not None], dtype=np.int64)

    @cached_property
    def token_starts(self) -> Int64[ndarray, "t"]:
        """For each of `tokens` the code point at which it begins."""
        ranges = [self.generated.ranges[place] for place in self.tokens]
        return np.array([span[0] for span in ranges if span is not None], dtype=np.int64)

    @cached_property
    def tree(self) -> Tree | None:
        """The tree of the players; None where nothing earns credit."""
        if not self._free.any():
            return None
        assert self._hierarchy is not None
        number = np.cumsum(self._free) - 1
        nested = _pruned(self._hierarchy.tree, self._free, number, 0)
        assert nested is not None
        return Tree.from_nested(nested)

    @property
    def n_players(self) -> int:
        """How many players there are."""
        return int(self._free.sum())

    def restricted(self, coalitions: Coalitions) -> list[str]:
        """The text that each coalition leaves, spaces mended."""
        return [self._render(self._everybody(row)) for row in coalitions]

    def up_to_players(self) -> list[str]:
        """The completion cut off before its first player, its second, ..., and whole: n_players + 1 texts."""
        starts = np.flatnonzero(self._free)
        cut = [np.arange(len(self._free)) < start for start in starts]
        return [*(self._render(present) for present in cut), self.text]

    def up_to_tokens(self) -> list[str]:
        """The completion cut off before each of `tokens`."""
        return [self.text[:start].rstrip() for start in self.token_starts]

    @cached_property
    def _plain(self) -> Sequence[tuple[int, int]]:
        return [match.span() for match in _PLAIN.finditer(self.text)]

    @cached_property
    def _hierarchy(self) -> Hierarchy | None:
        if not self.text:
            return None
        segmenter = _CutApart(choose_segmenter(self.text), self._plain)
        return build_hierarchy(self.text, players=self.player_kind, segmenter=segmenter, tokenizer=self.generated)

    @cached_property
    def _free(self) -> Bool[ndarray, "k"]:
        """Of all words or phrases, which are players: white space beside a tag is none."""
        if self._hierarchy is None:
            return np.zeros(0, dtype=bool)
        spans = self._hierarchy.players
        plain = [any(a < span.end and span.start < b for a, b in self._plain) for span in spans]
        blank = [span.of(self.text).isspace() for span in spans]
        return ~(np.array(plain, dtype=bool) | np.array(blank, dtype=bool))

    @cached_property
    def _player_of_id(self) -> Sequence[int | None]:
        if self._hierarchy is None:
            return [None] * len(self.generated.ids)
        starts = np.array([span.start for span in self._hierarchy.players])
        number = np.cumsum(self._free) - 1
        found: list[int | None] = []
        for span in self.generated.ranges:
            place = -1 if span is None else int(np.searchsorted(starts, span[0], side="right")) - 1
            found.append(int(number[place]) if place >= 0 and self._free[place] else None)
        return found

    def _everybody(self, row: Bool[ndarray, "n"]) -> Bool[ndarray, "k"]:
        present = ~self._free
        present[self._free] = row
        return present

    def _render(self, present: Bool[ndarray, "k"]) -> str:
        if self._hierarchy is None:
            return ""
        return Drop().render(self.text, self._hierarchy.players, present)


@dataclass(frozen=True)
class _CutApart:
    """A segmenter whose levels are all cut where the plain stretches begin and end: a tag is no part of a word."""

    segmenter: Segmenter
    plain: Sequence[tuple[int, int]]

    @property
    def name(self) -> str:
        return self.segmenter.name

    def segment(self, text: str) -> Segmentation:
        edges = {edge for span in self.plain for edge in span if 0 < edge < len(text)}
        levels = self.segmenter.segment(text).levels
        return Segmentation(tuple((kind, tuple(sorted(edges.union(starts)))) for kind, starts in levels))


def _pruned(tree: Tree, free: Bool[ndarray, "k"], number: Int64[ndarray, "k"], node: int) -> Nested | None:
    """The subtree of the free leaves, renumbered; None where there are none."""
    here = tree.nodes[node]
    if here.is_leaf:
        return int(number[here.first]) if free[here.first] else None
    children = [_pruned(tree, free, number, child) for child in here.children]
    return list(compress(children, [child is not None for child in children])) or None  # pyright: ignore[reportReturnType]
