"""Groups of responses for the tests of the rules: drawn by Hypothesis, or made by hand."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from ospo_core.redistribution.group import Group

NUMBERS = st.floats(-3, 3).map(lambda value: round(value, 3))


def group_of(rewards: list[float], credits: list[list[float]], baseline: float = 0.0) -> Group:
    """A padded group; credits may differ in length."""
    longest = max(map(len, credits))
    mask = torch.tensor([[t < len(row) for t in range(longest)] for row in credits])
    credit = torch.tensor([row + [0.0] * (longest - len(row)) for row in credits], dtype=torch.float64)
    return Group(rewards=torch.tensor(rewards, dtype=torch.float64), baseline=baseline, mask=mask, credit=credit)


@st.composite
def efficient_groups(draw: st.DrawFn) -> Group:
    """2 to 6 responses of 1 to 9 tokens whose credit sums to reward - baseline; rewards may all be equal."""
    baseline = draw(NUMBERS)
    credits = draw(st.lists(st.lists(NUMBERS, min_size=1, max_size=9), min_size=2, max_size=6))
    if draw(st.booleans()):
        total = sum(credits[0])
        credits = [[*row[:-1], total - sum(row[:-1])] for row in credits]
    return group_of([baseline + sum(row) for row in credits], credits, baseline)


def sums(values: torch.Tensor) -> torch.Tensor:
    return values.sum(dim=1)


def targets(group: Group) -> torch.Tensor:
    """T A of each response."""
    return group.mask.sum(dim=1) * group.flat
