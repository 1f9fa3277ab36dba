"""How near a claim is to each source of a prompt, by the cosines of sentence embeddings.

A long source is compared passage by passage, since the embedding of a page resembles none of its sentences. Knows
nothing of citations' worth, and nothing of truth: a claim is near to its own denial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.models.text_encoder import TextEncoder
from ospo_core.rewards.numbered_sources import NumberedSource
from ospo_core.text.sentences import sentence_breaks
from ospo_core.text.words import split_at, word_starts

PASSAGE_WORDS = 60
"""A passage ends with the sentence that reaches this many words: a paragraph, well inside the window of any model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A claim against the sources it cites and against the others, in cosines.

    Attributes:
        cited: to the cited sources taken together; None where none is cited.
        rival, rival_number: to the nearest of the alternatives, and its number; None where there is no alternative.
            The alternative to one cited source is any other one; to several together it is any single source, so
            that citing everything is no way out.
        nearest, nearest_number: to the nearest source of all, and its number.
    """

    cited: float | None
    rival: float | None
    rival_number: int | None
    nearest: float
    nearest_number: int


class SourceEvidence:
    """The embedded sources of one prompt: one forward pass over each distinct passage, in one call of the encoder."""

    def __init__(self, sources: Sequence[NumberedSource], encoder: TextEncoder) -> None:
        passages = [passages_of(source.text) for source in sources]
        vectors = encoder.encode([text for texts in passages for text in texts]).astype(np.float64)
        ends = np.cumsum([len(texts) for texts in passages])[:-1]
        self.numbers = tuple(source.number for source in sources)
        self._passages = np.split(vectors, ends)

    def fit(self, claim: Float64[ndarray, "d"], cited: Sequence[int]) -> Fit:
        """How a claim, as a unit vector, fits the `cited` numbers, all of which exist."""
        best = np.stack([_nearest_passage(passages, claim) for passages in self._passages])
        cosines = best @ claim
        rows = [self.numbers.index(number) for number in cited]
        rivals = [row for row in range(len(cosines)) if rows != [row]] if rows else []
        rival = max(rivals, key=cosines.__getitem__, default=None)
        nearest = int(cosines.argmax())
        return Fit(
            cited=_together(best[rows], claim) if rows else None,
            rival=None if rival is None else float(cosines[rival]),
            rival_number=None if rival is None else self.numbers[rival],
            nearest=float(cosines[nearest]),
            nearest_number=self.numbers[nearest],
        )


def passages_of(text: str) -> list[str]:
    """The text cut after the sentences at which a passage is full; never within a sentence."""
    words = split_at(text, word_starts(text))
    cuts = [0]
    for number, begins in enumerate(sentence_breaks(words)):
        if begins and number - cuts[-1] >= PASSAGE_WORDS:
            cuts.append(number)
    return ["".join(words[first:stop]).strip() for first, stop in pairwise([*cuts, len(words)])]


def _nearest_passage(passages: Float64[ndarray, "p d"], claim: Float64[ndarray, "d"]) -> Float64[ndarray, "d"]:
    return passages[int((passages @ claim).argmax())]


def _together(vectors: Float64[ndarray, "c d"], claim: Float64[ndarray, "d"]) -> float:
    """Cosine to the sum of the vectors: higher than to each alone only where the claim needs them all."""
    total = vectors.sum(axis=0)
    length = float(np.linalg.norm(total))
    return float(total @ claim) / length if length else 0.0
