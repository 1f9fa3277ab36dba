"""Hypothesis strategies: level structures and games."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.oracles import Nested

WORTHS = st.floats(-4, 4, allow_nan=False).map(lambda value: round(value, 3))


@st.composite
def nestings(draw: st.DrawFn, most_players: int = 6, most_levels: int = 3) -> Nested:
    """A tree as nested lists with players numbered from left to right; leaves may sit at different depths."""
    counter = iter(range(most_players))
    size = draw(st.integers(1, most_players))

    def build(count: int, levels: int) -> Nested:
        if count == 1 and draw(st.booleans()):
            return next(counter)
        if levels == 1:
            return [next(counter) for _ in range(count)]
        parts = []
        while count:
            part = draw(st.integers(1, count))
            parts.append(build(part, levels - 1))
            count -= part
        return parts

    built = build(size, draw(st.integers(1, most_levels)))
    return [built] if isinstance(built, int) else built


@st.composite
def games(draw: st.DrawFn, most_players: int = 6, most_levels: int = 3) -> tuple[Nested, np.ndarray]:
    """A tree and the 2**n worths of a game on its players."""
    nested = draw(nestings(most_players, most_levels))
    n = _count(nested)
    return nested, draw(arrays(np.float64, 2**n, elements=WORTHS))


def _count(nested: Nested) -> int:
    return 1 if isinstance(nested, int) else sum(map(_count, nested))
