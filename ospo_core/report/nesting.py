"""Which token belongs to which node of a result's tree. Knows the documents of docs/result.md, nothing of colours.

Tokens come from a model's tokenizer and nodes from a segmenter, so a token may straddle two nodes. A node then holds
the share of the token's visible characters that lies in it; where one node is needed, the largest share wins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

KINDS = ("response", "paragraph", "sentence", "clause", "phrase", "word", "token")
"""Kinds of nodes from coarse to fine."""

BANDED = ("sentence", "clause", "phrase")
"""Kinds that are drawn as bands under the text."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A node by its place in the preorder: code points [start, end), its number among its kind, from 1 on.

    Attributes:
        tokens: how many tokens it holds; not whole where one straddles its edge.
        shares: (token, share of that token) of every token it touches.
    """

    place: int
    parent: int | None
    kind: str
    number: int
    start: int
    end: int
    credit: float
    interval: float | None
    children: tuple[int, ...]
    tokens: float
    shares: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Nesting:
    """The tree of one result over its tokens."""

    parts: tuple[Part, ...]
    cores: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Nesting:
        """Match tokens and nodes by code points. Time grows with tokens times levels."""
        cores = tuple(core(token) for token in document["tokens"])
        ends = [end for _, end in cores]
        places = {node["id"]: place for place, node in enumerate(document["tree"])}
        children: dict[int, list[int]] = {place: [] for place in places.values()}
        numbers = dict.fromkeys(KINDS, 0)
        parts: list[Part] = []
        for place, node in enumerate(document["tree"]):
            parent = None if node["parent"] is None else places[node["parent"]]
            if parent is not None:
                children[parent].append(place)
            numbers[node["kind"]] += 1
            shares = _shares(node, cores, ends)
            parts.append(
                Part(
                    place=place,
                    parent=parent,
                    kind=node["kind"],
                    number=numbers[node["kind"]],
                    start=node["start"],
                    end=node["end"],
                    credit=node["credit"],
                    interval=node["interval"],
                    children=(),
                    tokens=sum(share for _, share in shares),
                    shares=shares,
                )
            )
        return cls(tuple(_with_children(part, children[part.place]) for part in parts), cores)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that the tree has, coarse first."""
        present = {part.kind for part in self.parts}
        return tuple(kind for kind in KINDS if kind in present)

    @cached_property
    def owners(self) -> dict[str, list[int | None]]:
        """For each kind, the node that holds most of each token; None where the kind is missing above it."""
        best: dict[str, list[tuple[float, int | None]]] = {kind: [(0.0, None)] * len(self.cores) for kind in self.kinds}
        for part in self.parts:
            row = best[part.kind]
            for token, share in part.shares:
                if share > row[token][0]:
                    row[token] = (share, part.place)
        return {kind: [place for _, place in row] for kind, row in best.items()}

    def of_kind(self, kind: str) -> list[Part]:
        """The nodes of one kind in reading order."""
        return [part for part in self.parts if part.kind == kind]

    def band_path(self, token: int) -> tuple[int, ...]:
        """The banded nodes over a token, coarse first: the finest that holds it and the banded ancestors of that."""
        for kind in reversed(BANDED):
            place = self.owners[kind][token] if kind in self.owners else None
            if place is not None:
                return tuple(above for above in self.path(place) if self.parts[above].kind in BANDED)
        return ()

    def path(self, place: int) -> tuple[int, ...]:
        """Nodes from the root down to this one, both included."""
        up: list[int] = []
        current: int | None = place
        while current is not None:
            up.append(current)
            current = self.parts[current].parent
        return tuple(reversed(up))

    def ladder(self, token: int) -> tuple[int, ...]:
        """The node of every kind that holds most of a token, coarse first."""
        rungs = (self.owners[kind][token] for kind in self.kinds)
        return tuple(place for place in rungs if place is not None)


def core(token: Mapping[str, Any]) -> tuple[int, int]:
    """The code points of a token without the white space around it; a token of white space alone is kept whole."""
    text: str = token["text"]
    if not text.strip():
        return token["start"], token["end"]
    return token["end"] - len(text.lstrip()), token["start"] + len(text.rstrip())


def _shares(
    node: Mapping[str, Any], cores: Sequence[tuple[int, int]], ends: Sequence[int]
) -> tuple[tuple[int, float], ...]:
    shares: list[tuple[int, float]] = []
    token = bisect_right(ends, node["start"])
    while token < len(cores) and cores[token][0] < node["end"]:
        start, end = cores[token]
        overlap = min(end, node["end"]) - max(start, node["start"])
        shares.append((token, overlap / (end - start)))
        token += 1
    return tuple(shares)


def _with_children(part: Part, children: Sequence[int]) -> Part:
    return replace(part, children=tuple(children))
