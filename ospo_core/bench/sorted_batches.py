"""Texts cut into batches for a plain loop: longest first, little padding, a bound on the tokens of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

LEAST_FILL = 0.75
"""No text of a batch is shorter than this share of its longest: the rest would be padding."""


def sorted_batches(lengths: Sequence[int], most_tokens: int) -> Iterator[list[int]]:
    """Positions of the texts; a batch padded to its longest holds at most `most_tokens`, or is one text."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda text: -lengths[text]):
        longest = lengths[batch[0]] if batch else lengths[position]
        if batch and (lengths[position] < LEAST_FILL * longest or (len(batch) + 1) * longest > most_tokens):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
