"""Do the citations of a retrieval-augmented answer point to the sources that carry its claims?

The prompt gives numbered sources, the response cites them. A citation is supported where its source is nearer to the
claim than every other source, and near enough at all; it is unsupported where it is not, or where the number does not
exist; it is missing where a claim that plainly comes from a source has none. Nearness is the cosine of embeddings:
which source a claim comes from is judged, not whether the claim is true to it.

Score = sum of the statements' points / number of sources. A sum, since every statement then has credit of its own:
a mean would blame each sentence that needs no citation for diluting the others. The divisor belongs to the prompt and
keeps prompts with many and few sources on one scale. A sum can be raised by saying more, so that training on it needs
a term that pays for brevity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from pydantic import Field, model_validator

from ospo_core.errors import TextError
from ospo_core.models.text_encoder import TextEncoder
from ospo_core.rewards.cited_statements import CitedStatement, cited_statements
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.numbered_sources import numbered_sources
from ospo_core.rewards.reward import RewardSpec
from ospo_core.rewards.settings import MOST_WEIGHT, RewardSettings
from ospo_core.rewards.source_evidence import Fit, SourceEvidence
from ospo_core.shapes import Scores

REMEMBERED_PROMPTS = 64
"""Prompts whose embedded sources are kept: more than a training step has."""


Points = Annotated[float, Field(ge=0, le=MOST_WEIGHT)]


class CitationSettings(RewardSettings):
    """What each verdict is worth, and from which similarities it follows."""

    supported: Points = Field(1.0, description="points for a statement whose citation is supported")
    unsupported: Points = Field(1.0, description="points taken off where the citation is unsupported")
    missing: Points = Field(0.5, description="points taken off where a citation is missing")
    floor: float = Field(0.3, ge=-1, le=1, description="cosine that a claim must have to what it cites")
    margin: float = Field(0.15, gt=0, le=1, description="lead in cosine from which a verdict counts in full")
    clear: float = Field(0.65, ge=-1, le=1, description="cosine from which a claim without citation needs one")
    claim_words: int = Field(
        4, ge=1, le=10_000, description="words from which a claim counts in full; fragments count in part"
    )
    model: str = Field("all-MiniLM-L6-v2", min_length=1, description="bundled name, folder or Hugging Face id")

    @model_validator(mode="after")
    def _wrong_is_worst(self) -> CitationSettings:
        if self.missing > self.unsupported:
            raise ValueError("missing must not be above unsupported, or a wrong citation would be better than none")
        return self


class Verdict(StrEnum):
    """What is said of one statement."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    MISSING = "missing"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationJudgement:
    """One statement, judged; what a display of the reward's parts shows.

    Attributes:
        unknown: the cited numbers that no source of the prompt has.
        fit: the similarities behind the verdict.
        points: what it adds to the score, the division by the number of sources included.
    """

    statement: CitedStatement
    unknown: tuple[int, ...]
    fit: Fit
    verdict: Verdict
    points: float


class CitationReward:
    """Points for supported citations, less points for unsupported and missing ones; at most 1 a source cited once.

    One forward pass over each distinct claim of a call; sources are embedded once a prompt. A claim is read as far as
    the model's window goes.
    """

    def __init__(self, settings: CitationSettings, encoder: TextEncoder) -> None:
        self._settings = settings
        self._encoder = encoder
        self._evidence = lru_cache(maxsize=REMEMBERED_PROMPTS)(self._embedded)

    @property
    def spec(self) -> RewardSpec:
        """Every setting, and the model."""
        return RewardSpec(kind="citation", settings=self._settings.model_dump() | dict(self._encoder.identity))

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """The sum of the statements' points, each; 0 for an empty response.

        Raises: TextError: a prompt has no numbered sources, or they cannot be told apart; says which prompt.
        """
        judged = self._judged(prompts, responses)
        return np.array([sum(one.points for one in statements) for statements in judged], dtype=np.float64)

    def explain(self, prompt: str, response: str) -> tuple[CitationJudgement, ...]:
        """Every statement of the response with its verdict; the points sum to the score. Raises: TextError."""
        return self._judged([prompt], [response])[0]

    def _judged(self, prompts: Sequence[str], responses: Sequence[str]) -> list[tuple[CitationJudgement, ...]]:
        evidence = [self._evidence_of(number, prompt) for number, prompt in enumerate(prompts)]
        cut = [cited_statements(response) for response in responses]
        distinct = list(dict.fromkeys(statement.claim for statements in cut for statement in statements))
        vectors = dict(zip(distinct, self._encoder.encode(distinct).astype(np.float64), strict=True))
        return [
            tuple(self._judgement(sources, statement, vectors[statement.claim]) for statement in statements)
            for sources, statements in zip(evidence, cut, strict=True)
        ]

    def _evidence_of(self, number: int, prompt: str) -> SourceEvidence:
        try:
            return self._evidence(prompt)
        except TextError as error:
            raise TextError(f"citation: prompt {number} {error}") from None

    def _embedded(self, prompt: str) -> SourceEvidence:
        return SourceEvidence(numbered_sources(prompt), self._encoder)

    def _judgement(
        self, sources: SourceEvidence, statement: CitedStatement, claim: Float64[ndarray, "d"]
    ) -> CitationJudgement:
        unknown = tuple(number for number in statement.cited if number not in sources.numbers)
        fit = sources.fit(claim, [number for number in statement.cited if number not in unknown])
        grade = self._grade(fit, statement, len(unknown))
        return CitationJudgement(
            statement=statement,
            unknown=unknown,
            fit=fit,
            verdict=_verdict(grade, statement, unknown),
            points=self._points(grade, statement) / len(sources.numbers),
        )

    def _grade(self, fit: Fit, statement: CitedStatement, unknown: int) -> float:
        """How good the citation is, in [-1, 1]: the mean over the cited numbers, of which an unknown one has -1.

        A claim of few words weighs little, so that the fragments that a game is made of are not judged like claims.
        """
        fullness = min(1.0, statement.words / self._settings.claim_words)
        if not statement.cited:
            return fullness * min(0.0, self._ramp(self._settings.clear - fit.nearest))
        known = len(statement.cited) - unknown
        return (known * fullness * self._support(fit) - unknown) / len(statement.cited)

    def _support(self, fit: Fit) -> float:
        """The lesser of two leads, over the nearest alternative and over the floor."""
        if fit.cited is None:
            return 0.0
        over_floor = self._ramp(fit.cited - self._settings.floor)
        return over_floor if fit.rival is None else min(over_floor, self._ramp(fit.cited - fit.rival))

    def _ramp(self, lead: float) -> float:
        return max(-1.0, min(1.0, lead / self._settings.margin))

    def _points(self, grade: float, statement: CitedStatement) -> float:
        if grade > 0:
            return grade * self._settings.supported
        return grade * (self._settings.unsupported if statement.cited else self._settings.missing)


def _verdict(grade: float, statement: CitedStatement, unknown: Sequence[int]) -> Verdict:
    if statement.cited:
        return Verdict.SUPPORTED if grade > 0 and not unknown else Verdict.UNSUPPORTED
    return Verdict.MISSING if grade < 0 else Verdict.NOT_NEEDED


def build_citation(settings: CitationSettings, base_folder: Path | None) -> CitationReward:
    """Load the model (once per process). Raises: ModelMissing: the model is not there."""
    from ospo_core.models.encoder import load_encoder  # imports torch: seconds that only a user of it should pay

    return CitationReward(settings, load_encoder(settings.model))


CITATION = RewardKind(
    name="citation",
    summary="whether the response cites, of the prompt's numbered sources, those that carry its claims",
    settings_model=CitationSettings,
    build=build_citation,
)
