"""Does the response, used as a search query, find the wanted items of a catalogue? NDCG, reciprocal rank or recall.

Ignores the prompt. The query is the response's answer (see answer.py). An empty query finds nothing and scores 0,
and so does a lexical query that shares no word with any wanted item.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from jaxtyping import Bool
from numpy import ndarray
from pydantic import BeforeValidator, Field

from ospo_core.models.text_encoder import TextEncoder
from ospo_core.rewards.answer import answer_range, answer_text
from ospo_core.rewards.catalogue import Catalogue, read_catalogue
from ospo_core.rewards.extras import needing
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.ranking import METRICS, Relevance, wanted_ranks
from ospo_core.rewards.reward import Reward, RewardSpec
from ospo_core.rewards.settings import MOST_WEIGHT, RewardSettings
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span

Candidates = TypeVar("Candidates")


def _with_gains(targets: object) -> object:
    """A plain list of ids means a gain of 1 each."""
    if not isinstance(targets, list | tuple):
        return targets
    if len(set(map(str, targets))) != len(targets):
        raise ValueError("an id is listed twice")
    return dict.fromkeys(targets, 1.0)


SHARED_INDEXES = 4
"""Indexes of catalogues that are kept for the next reward over the same items."""

Gain = Annotated[float, Field(gt=0, le=MOST_WEIGHT)]
Targets = Annotated[dict[str, Gain], Field(min_length=1), BeforeValidator(_with_gains, list[str])]


class RetrievalSettings(RewardSettings):
    """Which catalogue to search, what should be found, and how that is measured."""

    catalogue: Path = Field(description='JSONL file of {"id": ..., "text": ...}')
    targets: Targets = Field(description="ids to be found: a list, or a mapping of id to gain")
    metric: Literal["ndcg", "mrr", "recall"] = Field("ndcg", description="what a ranking is worth")
    k: int = Field(10, ge=1, le=1_000_000, description="only the first k places count")
    index: Literal["dense", "lexical"] = Field("dense", description="by meaning (faiss) or by words (bm25s)")
    candidates: tuple[str, ...] | None = Field(None, min_length=1, description="ids to search among; all by default")
    model: str = Field("all-MiniLM-L6-v2", min_length=1, description="for dense: bundled name, folder or hub id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The wanted items: their places among the candidates, their gains, and what a ranking of them is worth."""

    places: tuple[int, ...]
    gains: tuple[float, ...]
    metric: Literal["ndcg", "mrr", "recall"]
    k: int

    def scores(self, blocks: Iterable[Relevance]) -> Scores:
        """One score per query, from its relevance to every candidate."""
        measure, gains = METRICS[self.metric], np.array(self.gains)
        parts = [measure(wanted_ranks(block, self.places), gains, self.k) for block in blocks]
        return np.concatenate([np.empty(0), *parts])


class LexicalRetrieval:
    """Retrieval by shared words. No model, hence no attention mask."""

    def __init__(self, *, texts: Sequence[str], goal: Goal, settings: Mapping[str, Any]) -> None:
        with needing("retrieval"):
            from ospo_core.rewards.lexical import LexicalCandidates
        self._candidates = _shared(LexicalCandidates, tuple(texts))
        self._goal = goal
        self._spec = RewardSpec(kind="retrieval", settings=settings)

    @property
    def spec(self) -> RewardSpec:
        """Catalogue, targets, metric and index."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """The metric of each response's answer as a query."""
        return self._goal.scores(self._candidates.relevance([answer_text(response) for response in responses]))


class DenseRetrieval:
    """Retrieval by meaning. The catalogue is embedded once and kept on disk."""

    def __init__(self, *, texts: Sequence[str], goal: Goal, encoder: TextEncoder, settings: Mapping[str, Any]) -> None:
        with needing("retrieval"):
            from ospo_core.rewards.dense import DenseCandidates
        self._candidates = _shared(DenseCandidates, tuple(texts), encoder)
        self._goal = goal
        details = {**settings, **encoder.identity, "truncated_items": self._candidates.truncated}
        self._spec = RewardSpec(kind="retrieval", settings=details)

    @property
    def spec(self) -> RewardSpec:
        """Catalogue, targets, metric, index, model, and how many items the model does not read to their end."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """The metric of each response's answer as a query."""
        return self._goal.scores(self._candidates.relevance([answer_text(response) for response in responses]))

    def score_hidden(
        self, prompts: Sequence[str], responses: Sequence[str], hidden: Sequence[Sequence[Span]]
    ) -> Scores:
        """As `score`, blind to the hidden pieces of the answer. Hiding a tag does not move the answer."""
        ranges = [answer_range(response) for response in responses]
        queries = [response[start:stop] for response, (start, stop) in zip(responses, ranges, strict=True)]
        inside = [_clipped(spans, *limits) for spans, limits in zip(hidden, ranges, strict=True)]
        return self._goal.scores(self._candidates.relevance_hidden(queries, inside))

    def truncated(self, responses: Sequence[str]) -> Bool[ndarray, "b"]:
        """True for the responses whose answer the model does not read to its end."""
        return self._candidates.encoder.truncated([answer_text(response) for response in responses])


# A training run has one reward for each prompt, most of them over one catalogue: they share its index.
@lru_cache(maxsize=SHARED_INDEXES)
def _shared(make: Callable[..., Candidates], *given: Hashable) -> Candidates:
    return make(*given)


def _clipped(spans: Sequence[Span], start: int, stop: int) -> tuple[Span, ...]:
    """The parts of the spans in [start, stop), counted from start."""
    edges = [(max(span.start, start), min(span.end, stop)) for span in spans]
    return tuple(Span(a - start, b - start) for a, b in edges if a < b)


def build_retrieval(settings: RetrievalSettings, base_folder: Path | None) -> Reward:
    """Read the catalogue and index it; dense embeds it unless that was done before.

    Raises:
        SettingsError: the catalogue is wrong, or a target or candidate is not in it.
        ModelMissing: the model is not there.
    """
    whole = read_catalogue((base_folder or Path()) / settings.catalogue)
    pool = whole if settings.candidates is None else whole.subset(settings.candidates)
    goal = _goal(settings, whole, pool)
    details = _details(settings, whole, pool)
    if settings.index == "lexical":
        return LexicalRetrieval(texts=pool.texts, goal=goal, settings=details)
    from ospo_core.models.encoder import load_encoder  # imports torch: seconds that only a user of it should pay

    return DenseRetrieval(texts=pool.texts, goal=goal, encoder=load_encoder(settings.model), settings=details)


def _goal(settings: RetrievalSettings, whole: Catalogue, pool: Catalogue) -> Goal:
    """A target outside the pool could never be found: that is an error of the settings, not a score of 0."""
    whole.positions(list(settings.targets), role="target")
    return Goal(
        places=pool.positions(list(settings.targets), role="target outside the candidates:"),
        gains=tuple(settings.targets.values()),
        metric=settings.metric,
        k=settings.k,
    )


def _details(settings: RetrievalSettings, whole: Catalogue, pool: Catalogue) -> dict[str, Any]:
    """The settings as a specification states them: large ones by size and hash."""
    candidates = {"items": len(pool.ids), "sha256": hashlib.sha256("\n".join(pool.ids).encode()).hexdigest()}
    return {
        "catalogue": {"path": whole.name, "items": len(whole.ids), "sha256": whole.sha256},
        "targets": dict(settings.targets),
        "metric": settings.metric,
        "k": settings.k,
        "index": settings.index,
        "candidates": None if settings.candidates is None else candidates,
    }


RETRIEVAL = RewardKind(
    name="retrieval",
    summary="does the answer, as a search query, find the wanted items of a catalogue?",
    settings_model=RetrievalSettings,
    build=build_retrieval,
)
