"""A tokenized text as a model gets it: token numbers, what it may see, and where the answer's worth is read off.

Knows no model and no tokenizer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int64
from numpy import ndarray

_LONGEST_REST = 4096
"""Going on from a prompt takes a mask of rest times text. Where the rest is this long, little is saved for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One text for a causal model.

    Attributes:
        prompt: token numbers of the text that all answers to this prompt begin with.
        shared: how many tokens of `prompt` this text has in common with it, and need not be computed again.
        rest: the token numbers after those.
        visible: which of `rest` may be attended to.
        wanted: whose final states are read, counted in `rest`.
    """

    prompt: Int64[ndarray, "p"]
    shared: int
    rest: Int64[ndarray, "t"]
    visible: Bool[ndarray, "t"]
    wanted: slice


def passage(
    prompt: Int64[ndarray, "p"], ids: Int64[ndarray, "t"], visible: Bool[ndarray, "t"], wanted: slice
) -> Passage:
    """Split a text's tokens where they part from the prompt's, at the latest before the first wanted one."""
    least = min(len(prompt), wanted.start)
    differs = np.flatnonzero(prompt[:least] != ids[:least])
    shared = int(differs[0]) if len(differs) else least
    shared = shared if len(ids) - shared <= _LONGEST_REST else 0
    return Passage(
        prompt=prompt,
        shared=shared,
        rest=ids[shared:].copy(),
        visible=visible[shared:].copy(),
        wanted=slice(wanted.start - shared, wanted.stop - shared),
    )
