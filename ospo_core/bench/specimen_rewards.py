"""The rewards of a specimen: cosine to its reference, NDCG of two indexes, a rubric of its facts."""

from __future__ import annotations

from functools import cached_property
from importlib.resources import as_file, files

import numpy as np

from ospo_core.bench.remembering_encoder import RememberingEncoder
from ospo_core.bench.specimens import Specimen
from ospo_core.rewards.catalogue import Catalogue, read_catalogue
from ospo_core.rewards.extras import needing
from ospo_core.rewards.ranking import Relevance
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.retrieval import DenseRetrieval, Goal, LexicalRetrieval
from ospo_core.rewards.reward import Reward
from ospo_core.rewards.similarity import SimilarityReward

WANTED = 10
"""Items that a retrieval should find: those that the index itself ranks first for the specimen's reference."""


class SpecimenRewards:
    """Builds them, with one encoder and one catalogue, that of the bundled product case. Loads nothing too early."""

    def cosine(self, specimen: Specimen) -> Reward:
        """Raises: ModelMissing."""
        return SimilarityReward(reference=specimen.reference, encoder=self._encoder)

    def rubric(self, specimen: Specimen) -> Reward:
        """The specimen's facts, found as they are written, and what it should not say. Raises: ModelMissing."""
        facts = [{"name": fact, "any_of": [fact]} for fact in specimen.facts]
        forbidden = [{"name": fact, "any_of": [fact]} for fact in specimen.forbidden]
        return build_reward("rubric", {"facts": facts, "forbidden": forbidden})

    def ndcg(self, specimen: Specimen) -> Reward:
        """By meaning. Raises: ModelMissing."""
        with needing("retrieval"):
            from ospo_core.rewards.dense import DenseCandidates
        candidates = DenseCandidates(self._catalogue.texts, self._encoder)
        goal = _goal(next(candidates.relevance([specimen.reference])))
        return DenseRetrieval(texts=self._catalogue.texts, goal=goal, encoder=self._encoder, settings={})

    def bm25(self, specimen: Specimen) -> Reward:
        """By shared words. Raises: ModelMissing."""
        with needing("retrieval"):
            from ospo_core.rewards.lexical import LexicalCandidates
        candidates = LexicalCandidates(self._catalogue.texts)
        goal = _goal(next(candidates.relevance([specimen.reference])))
        return LexicalRetrieval(texts=self._catalogue.texts, goal=goal, settings={})

    @cached_property
    def _encoder(self) -> RememberingEncoder:
        from ospo_core.models.encoder import load_encoder  # imports torch

        return RememberingEncoder(load_encoder("all-MiniLM-L6-v2"))

    @cached_property
    def _catalogue(self) -> Catalogue:
        with as_file(files("ospo_core.cases") / "product_search" / "catalogue.jsonl") as path:
            return read_catalogue(path)


def _goal(relevance: Relevance) -> Goal:
    """To find what is ranked first for the first query."""
    places = np.argsort(-relevance[0], kind="stable")[:WANTED].tolist()
    return Goal(places=tuple(places), gains=(1.0,) * len(places), metric="ndcg", k=WANTED)
