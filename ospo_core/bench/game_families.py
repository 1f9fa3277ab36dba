"""Kinds of games on which estimators are held against the exact value, each with as many instances as are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

import numpy as np

from ospo_core.bench.known_game import KnownGame
from ospo_core.bench.specimen_rewards import SpecimenRewards
from ospo_core.bench.specimens import ALL_SPECIMENS, BINARY_TREE, Specimen
from ospo_core.bench.synthetic_games import TermsGame, sparse_game, unanimity_game
from ospo_core.games.game import Game
from ospo_core.games.masking import Drop
from ospo_core.games.response_game import response_game
from ospo_core.rewards.reward import Reward
from ospo_core.text.spans import Span
from ospo_core.tree import Tree

FLAT_PLAYERS = 12
FIRST_SEED = 1000
"""Of the games that are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameFamily:
    """Games of one kind on one tree.

    Attributes:
        games: gives them one after the other, cheap until they are evaluated. May be endless.
    """

    name: str
    tree: Tree
    games: Callable[[], Iterable[Game]]

    def known(self, instances: int) -> Iterator[KnownGame]:
        """The first `instances` games in which anybody has credit, fewer if there are no more. Raises: OspoError."""
        left = instances
        for game in self.games():
            if not left:
                return
            known = KnownGame(game, self.tree)
            if known.exact.any():
                left -= 1
                yield known


TEXT_FAMILIES: Mapping[str, Callable[[SpecimenRewards, Specimen], Reward]] = {
    "cosine": SpecimenRewards.cosine,
    "NDCG": SpecimenRewards.ndcg,
    "BM25": SpecimenRewards.bm25,
    "rubric": SpecimenRewards.rubric,
}
"""Families of real rewards, by name."""


def tree_families() -> tuple[GameFamily, ...]:
    """Four rewards of real texts and two kinds of drawn games, 45 players on a binary tree."""
    return (
        *_of_texts(TEXT_FAMILIES, BINARY_TREE, _words),
        _drawn("unanimity", BINARY_TREE, unanimity_game),
        _drawn("sparse", BINARY_TREE, sparse_game),
    )


def flat_families() -> tuple[GameFamily, ...]:
    """Three rewards of real texts in twelve pieces and two kinds of drawn games: the Shapley value of 12 players."""
    tree = Tree.flat(FLAT_PLAYERS)
    return (
        *_of_texts(("cosine", "NDCG", "rubric"), tree, _pieces),
        _drawn("unanimity", tree, unanimity_game),
        _drawn("sparse", tree, sparse_game),
    )


def specimen_game(specimen: Specimen, players: Sequence[Span], reward: Reward) -> Game:
    """The game of its text cut into these players, absent ones dropped."""
    return response_game(prompt="", text=specimen.text, players=players, reward=reward, masking=Drop())


def _of_texts(names: Iterable[str], tree: Tree, cut: Callable[[Specimen], Sequence[Span]]) -> Iterator[GameFamily]:
    """They share one encoder, which reads no text twice."""
    rewards = SpecimenRewards()

    def games(name: str) -> Iterator[Game]:
        for specimen in ALL_SPECIMENS:
            yield specimen_game(specimen, cut(specimen), TEXT_FAMILIES[name](rewards, specimen))

    return (GameFamily(name=name, tree=tree, games=partial(games, name)) for name in names)


def _drawn(name: str, tree: Tree, draw: Callable[[int, int], TermsGame]) -> GameFamily:
    return GameFamily(name=name, tree=tree, games=lambda: (draw(tree.n_players, seed) for seed in count(FIRST_SEED)))


def _words(specimen: Specimen) -> Sequence[Span]:
    return specimen.players


def _pieces(specimen: Specimen) -> Sequence[Span]:
    """Twelve runs of three or four words."""
    runs = np.array_split(np.arange(len(specimen.players)), FLAT_PLAYERS)
    return [Span(specimen.players[run[0]].start, specimen.players[run[-1]].end) for run in runs]
