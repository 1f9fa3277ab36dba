"""Where the ids that a policy generated lie in the text that they decode to. Never tokenizes again.

The same text has many tokenizations, and a policy does not always sample the one that its tokenizer would choose; an
advantage belongs to the id that was sampled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tokenizers.decoders import DecodeStream
from transformers import PreTrainedTokenizerFast

from ospo_core.errors import TextError

_UNFINISHED = "�"


@dataclass(frozen=True)
class GeneratedTokens:
    """The ids of one completion, special ones among them, in the order in which they were sampled.

    Attributes:
        ids: as generated, without padding.
        tokenizer: that decodes them.
    """

    ids: tuple[int, ...]
    tokenizer: PreTrainedTokenizerFast

    @property
    def name(self) -> str:
        """What a result calls it."""
        return "generated"

    @cached_property
    def text(self) -> str:
        """The completion without special tokens: what a reward reads."""
        return str(self.tokenizer.decode(list(self.ids), skip_special_tokens=True))

    @cached_property
    def ranges(self) -> tuple[tuple[int, int] | None, ...]:
        """For every id its half-open range of code points in `text`; None for special ones.

        Ids that are parts of one character have the range of that character. O(n) where the tokenizer decodes id
        by id to the same text as at once, O(n^2) where it does not.
        """
        special = set(self.tokenizer.all_special_ids)
        places = [place for place, number in enumerate(self.ids) if number not in special]
        plain = [self.ids[place] for place in places]
        ends = self._streamed(plain)
        if ends is None:
            ends = self._by_prefixes(plain)
        ranges: list[tuple[int, int] | None] = [None] * len(self.ids)
        for place, span in zip(places, _ranges(ends, len(self.text)), strict=True):
            ranges[place] = span
        return tuple(ranges)

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """As TokenOffsets promises. Raises: TextError: another text than the one that was generated."""
        if text != self.text:
            raise TextError("the text is not what the generated ids decode to; credit cannot be placed on them")
        return [span for span in self.ranges if span is not None]

    def _streamed(self, ids: Sequence[int]) -> list[int] | None:
        """Where the text ends after each id; None where the pieces do not join to the text."""
        stream, ends, written = DecodeStream(skip_special_tokens=True), [], 0
        for number in ids:
            piece = stream.step(self.tokenizer.backend_tokenizer, number) or ""
            if not self.text.startswith(piece, written):
                return None
            written += len(piece)
            ends.append(written)
        return ends

    def _by_prefixes(self, ids: Sequence[int]) -> list[int]:
        ends = [0]
        for count in range(1, len(ids) + 1):
            prefix = str(self.tokenizer.decode(list(ids[:count]), skip_special_tokens=True)).rstrip(_UNFINISHED)
            ends.append(len(prefix) if self.text.startswith(prefix) else ends[-1])
        return ends[1:]


def _ranges(ends: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """The range of each id from the ends; an id that ends nothing shares what the next ones end."""
    reached = [0, *ends]
    stops = list(ends)
    for place in reversed(range(len(stops))):
        later = stops[place + 1] if place + 1 < len(stops) else length
        stops[place] = later if ends[place] == reached[place] else ends[place]
    for (start, _), stop in zip(pairwise(reached), stops, strict=True):
        yield start, stop
