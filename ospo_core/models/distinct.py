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
        first: dict[Item, int] = {}
        for index, item in enumerate(wanted):
            first.setdefault(item, index)
        self.items: list[Item] = list(first)
        self.indices: list[int] = list(first.values())
        row_of = {item: row for row, item in enumerate(self.items)}
        self.rows: Int64[ndarray, "n"] = np.array([row_of[item] for item in wanted], dtype=np.int64)
