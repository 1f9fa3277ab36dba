"""Each distinct item of a call once, and everyone's share of what was found for it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

Item = TypeVar("Item", bound=Hashable)


class Distinct(Generic[Item]):
    """The distinct ones of some items.

    Attributes:
        items: each once, in the order of their first coming.
        indices: where each came first.
        rows: for each item of the call, its row among `items`.
    """

    def __init__(self, wanted: Sequence[Item]) -> None:
        first = {item: index for index, item in reversed(list(enumerate(wanted)))}
        self.items: list[Item] = sorted(first, key=first.__getitem__)
        self.indices: list[int] = [first[item] for item in self.items]
        row_of = {item: row for row, item in enumerate(self.items)}
        self.rows: Int64[ndarray, "n"] = np.array([row_of[item] for item in wanted], dtype=np.int64)
