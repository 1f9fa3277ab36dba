"""Games of real rewards on the benchmark texts, with every consistent coalition evaluated once and remembered."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files

import numpy as np

from ospo_core.games.masking import Drop
from ospo_core.games.response_game import response_game
from ospo_core.models.encoder import load_encoder
from ospo_core.rewards.catalogue import read_catalogue
from ospo_core.rewards.dense import DenseCandidates
from ospo_core.rewards.lexical import LexicalCandidates
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import Reward
from ospo_core.values.consistent import ConsistentCoalitions
from tests.benchmarks.texts import SPECIMENS, TREE, Specimen

WANTED = 10
PRODUCTS = ("jacket", "tent", "boots")


class KnownGame:
    """A game whose consistent coalitions have all been evaluated: estimators can be run on it many times."""

    def __init__(self, reward: Reward, specimen: Specimen) -> None:
        every = ConsistentCoalitions(TREE)
        game = response_game(prompt="", text=specimen.text, players=specimen.players, reward=reward, masking=Drop())
        worths = game.worths(every.coalitions)
        self._text = dict(zip((row.tobytes() for row in every.coalitions), game.keys(every.coalitions), strict=True))
        self._worth = dict(zip(self._text.values(), worths.tolist(), strict=True))
        self.n_players = TREE.n_players
        self.exact = every.value(self.worths(every.coalitions))

    def keys(self, coalitions: np.ndarray) -> list[str]:
        return [self._text[row.tobytes()] for row in coalitions]

    def worths(self, coalitions: np.ndarray) -> np.ndarray:
        return np.array([self._worth[key] for key in self.keys(coalitions)])


def known_games() -> Iterator[tuple[str, str, KnownGame]]:
    """(game, text, the game itself): cosine and rubric on every text, dense and lexical NDCG on the product texts."""
    for specimen in SPECIMENS:
        yield (
            "cosine",
            specimen.name,
            KnownGame(build_reward("similarity", {"reference": specimen.reference}), specimen),
        )
        yield "rubric", specimen.name, KnownGame(_rubric(specimen), specimen)
        if specimen.name in PRODUCTS:
            for game, index in (("NDCG", "dense"), ("BM25", "lexical")):
                yield game, specimen.name, KnownGame(_retrieval(specimen, index), specimen)


def _rubric(specimen: Specimen) -> Reward:
    facts = [{"name": fact, "any_of": [fact]} for fact in specimen.facts]
    forbidden = [{"name": fact, "any_of": [fact]} for fact in specimen.forbidden]
    return build_reward("rubric", {"facts": facts, "forbidden": forbidden})


def _retrieval(specimen: Specimen, index: str) -> Reward:
    """The catalogue of the product case; wanted are the items that the index itself ranks first for the reference."""
    with as_file(files("ospo_core.cases") / "product_search" / "catalogue.jsonl") as path:
        catalogue = read_catalogue(path)
        candidates = (
            DenseCandidates(catalogue.texts, load_encoder("all-MiniLM-L6-v2"))
            if index == "dense"
            else LexicalCandidates(catalogue.texts)
        )
        (relevance,) = candidates.relevance([specimen.reference])
        targets = [catalogue.ids[item] for item in np.argsort(-relevance[0])[:WANTED]]
        return build_reward("retrieval", {"catalogue": str(path), "targets": targets, "index": index})
