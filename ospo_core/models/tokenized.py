"""Texts as token numbers, and which tokens touch a stretch of a text. Knows no model and no chat template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int64
from numpy import ndarray
from tokenizers import Encoding, Tokenizer

from ospo_core.errors import TextError
from ospo_core.text.spans import Span

_CHUNK = 64
"""Texts tokenized at a time: the tokenizer's own records of a text are many times larger than its token numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenized:
    """One text, or a pair of texts, as a tokenizer cuts it.

    Attributes:
        ids: token numbers.
        types: 1 for the tokens of the second text of a pair, as models that tell the two apart want it.
        offsets: the code points that each token stands for, in its own text; none for a special token.
        answer: whether the token is of the text that was asked about: the second of a pair, or the only one.
    """

    ids: Int64[ndarray, "t"]
    types: Int64[ndarray, "t"]
    offsets: Int64[ndarray, "t 2"]
    answer: Bool[ndarray, "t"]

    def touched(self, spans: Sequence[Span]) -> Bool[ndarray, "t"]:
        """True for the tokens that stand for a character of any of the spans of the text that was asked about."""
        inside = np.zeros(max([int(self.offsets.max(initial=0)), *(span.end for span in spans)]) + 1, dtype=np.int64)
        for span in spans:
            inside[span.start + 1 : span.end + 1] = 1
        before = np.cumsum(inside)
        return (before[self.offsets[:, 1]] > before[self.offsets[:, 0]]) & self.answer


def tokenized(
    tokenizer: Tokenizer, texts: Sequence[str] | Sequence[tuple[str, str]], *, special: bool
) -> Iterator[Tokenized]:
    """The tokens of each text, or pair of texts, with the tokenizer's special ones if wanted."""
    for start in range(0, len(texts), _CHUNK):
        for encoding in tokenizer.encode_batch(list(texts[start : start + _CHUNK]), add_special_tokens=special):
            yield _of(encoding)


def _of(encoding: Encoding) -> Tokenized:
    sequences = encoding.sequence_ids
    last = max((number for number in sequences if number is not None), default=0)
    return Tokenized(
        ids=np.array(encoding.ids, dtype=np.int64),
        types=np.array(encoding.type_ids, dtype=np.int64),
        offsets=np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2),
        answer=np.array([number == last for number in sequences], dtype=bool),
    )


def require_window(tokens: int, window: int, index: int) -> None:
    """Raises: TextError: text `index` has more tokens than the model reads; half of it would have another worth."""
    if tokens > window:
        raise TextError(
            f"response {index}: prompt and answer have {tokens:,} tokens together, and the model reads {window:,}; "
            "shorten them, or choose a model with a longer window"
        )
