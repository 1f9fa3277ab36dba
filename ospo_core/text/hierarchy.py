"""A response as a game: its tokens, its players, and the tree of the players. Knows no reward.

Segmenters cut where language ends and tokenizers where their vocabulary does. Here the cuts of the first are moved to
those of the second, so that every node of the tree is a union of whole tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.errors import InputError, SettingsError, TextError
from ospo_core.shapes import Credit
from ospo_core.text.segmentation import Segmentation, Segmenter
from ospo_core.text.spans import Span, spans_from_starts
from ospo_core.text.tokens import TokenOffsets, tile
from ospo_core.tree import Tree

PLAYER_KINDS = ("word", "token", "phrase", "sentence")
"""What can be a player."""

MAX_TOKENS = 8192
"""Longest response, in tokens after pieces of one character were merged."""

MAX_CODE_POINTS = 200_000
"""Longest response, in code points; longer ones are refused before they are tokenized."""

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_MEANINGFUL = regex.compile(r"[\p{L}\p{M}\p{N}\p{S}]")


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """Tokens and players tile the text, every token lies in one player, and the players are the leaves of the tree.

    Attributes:
        text: the response.
        tokens: what credit is shown on.
        tree: from the response down to the players.
        players: what is kept or left out in a coalition.
        player_kind: one of PLAYER_KINDS.
        player_of_token: for each token the number of its player.
        segmenter: name of what found the sentences, clauses, phrases and words.
        tokenizer: name of what found the tokens.

    Raises: InputError: one of these invariants does not hold.
    """

    text: str
    tokens: tuple[Span, ...]
    tree: Tree
    players: tuple[Span, ...]
    player_kind: str
    player_of_token: tuple[int, ...]
    segmenter: str
    tokenizer: str

    def __post_init__(self) -> None:
        for name, spans in (("tokens", self.tokens), ("players", self.players)):
            edges = [0, *(span.end for span in spans)]
            if [span.start for span in spans] != edges[:-1] or edges[-1] != len(self.text):
                raise InputError(f"the {name} must tile the {len(self.text)} code points of the text")
        if self.tree.n_players != len(self.players):
            raise InputError(f"a tree of {self.tree.n_players} leaves cannot have {len(self.players)} players")
        if len(self.player_of_token) != len(self.tokens):
            raise InputError(f"{len(self.tokens)} tokens need as many players, got {len(self.player_of_token)}")
        for number, (token, player) in enumerate(zip(self.tokens, self.player_of_token, strict=True)):
            if not (0 <= player < len(self.players) and _inside(token, self.players[player])):
                raise InputError(f"token {number} does not lie inside player {player}")

    def node_span(self, node: int) -> Span:
        """What part of the text a node of the tree stands for."""
        return Span(self.players[self.tree.nodes[node].first].start, self.players[self.tree.nodes[node].stop - 1].end)

    @cached_property
    def token_shares(self) -> Float64[ndarray, " t"]:
        """The share of its player's credit that each token gets; the shares of a player add up to 1.

        Equal among the player's tokens that hold a letter, a digit or a symbol, and 0 for its other tokens
        (punctuation and spaces); equal among all of them when none holds any.
        """
        owner = np.array(self.player_of_token)
        holds = np.array([_MEANINGFUL.search(token.of(self.text)) is not None for token in self.tokens])
        counted = holds | ~self._any_of(owner, holds)[owner]
        return counted / np.bincount(owner, weights=counted, minlength=len(self.players))[owner]

    def _any_of(self, owner: ndarray, holds: ndarray) -> ndarray:
        """For each player whether any of its tokens holds."""
        return np.bincount(owner, weights=holds, minlength=len(self.players)) > 0

    def spread(self, credit: Credit) -> Float64[ndarray, " t"]:
        """What each token gets of one value per player; linear, so it spreads standard errors as it does credit."""
        return credit[np.array(self.player_of_token)] * self.token_shares


def build_hierarchy(text: str, *, players: str, segmenter: Segmenter, tokenizer: TokenOffsets) -> Hierarchy:
    """Cut a response into tokens and players, with the tree above them.

    A segment that starts inside a token starts at the next token instead, and segments that then start together are
    one. Texts that are too long are refused before the segmenter sees them.

    Args:
        text: the response, as the reward will see it.
        players: one of PLAYER_KINDS.
        segmenter: finds sentences, clauses, phrases and words.
        tokenizer: finds tokens.

    Raises:
        TextError: the text is empty, too long, or holds a NUL or half of a surrogate pair.
        SettingsError: no such kind of player, or the segmenter has no such level.
    """
    if players not in PLAYER_KINDS:
        raise SettingsError(f"players must be one of {', '.join(PLAYER_KINDS)}")
    _check(text)
    tokens = tile(text, tokenizer.offsets(text))
    if len(tokens) > MAX_TOKENS:
        raise TextError(f"the response has {len(tokens):,} tokens; at most {MAX_TOKENS:,} can be explained, shorten it")
    starts = [token.start for token in tokens]
    levels = _levels(segmenter.segment(text), starts, players)
    firsts = levels[-1][1]
    tree = Tree.from_levels([(kind, _places(level, firsts)) for kind, level in levels], len(firsts))
    return Hierarchy(
        text=text,
        tokens=tokens,
        tree=tree,
        players=spans_from_starts(firsts, len(text)),
        player_kind=players,
        player_of_token=tuple(bisect_right(firsts, start) - 1 for start in starts),
        segmenter=segmenter.name,
        tokenizer=tokenizer.name,
    )


def _check(text: str) -> None:
    """Refuse what cannot be tokenized, quickly and without repeating it."""
    if not text:
        raise TextError("the response is empty; give a text of at least one character")
    if len(text) > MAX_CODE_POINTS:
        raise TextError(
            f"the response has {len(text):,} characters; at most {MAX_CODE_POINTS:,} characters and "
            f"{MAX_TOKENS:,} tokens are read, shorten it"
        )
    wrong = _NOT_TEXT.search(text)
    if wrong is not None:
        code = f"U+{ord(wrong.group()):04X}"
        raise TextError(f"the response holds {code} at position {wrong.start()}, which no valid text does; remove it")


def _levels(segmentation: Segmentation, starts: Sequence[int], players: str) -> list[tuple[str, list[int]]]:
    """The levels from the coarsest down to the players, each by those of the tokens' starts at which it begins."""
    levels = [(kind, _snap(cuts, starts)) for kind, cuts in segmentation.levels]
    levels.append(("token", list(starts)))
    kinds = [kind for kind, _ in levels]
    if players not in kinds:
        raise SettingsError(f"the segmenter has no {players} level; it has {', '.join(kinds[:-1])}")
    return levels[: kinds.index(players) + 1]


def _snap(cuts: Sequence[int], starts: Sequence[int]) -> list[int]:
    """Each cut moved to the first token that starts at or after it; those past the last token fall away."""
    places = {bisect_left(starts, cut) for cut in cuts}
    return [starts[place] for place in sorted(places) if place < len(starts)]


def _places(level: Sequence[int], firsts: Sequence[int]) -> list[int]:
    return [bisect_left(firsts, start) for start in level]


def _inside(token: Span, player: Span) -> bool:
    return player.start <= token.start and token.end <= player.end
