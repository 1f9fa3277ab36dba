"""Bounding token advantages, separate from the rules and reported: the paper's cut, and one that keeps the sum."""

from __future__ import annotations

import torch
from torch import Tensor

ROUNDS = 100


def clip_cut(advantages: Tensor, bound: float) -> Tensor:
    """Cut at +-bound, as the paper does at 2. The sum over a response changes."""
    return advantages.clamp(-bound, bound)


def clip_given_back(advantages: Tensor, mask: Tensor, bound: float) -> Tensor:
    """Cut at +-bound and give the clipped mass back evenly to the tokens that are not at the bound.

    (G, T) with each row's sum over `mask` kept: clip(x + shift), the one shift that keeps it (the Euclidean
    projection onto the box with that sum). Rows within the bound are returned as they are. A row whose mean lies
    beyond the bound cannot be kept within it: all its tokens get the mean.
    """
    values = torch.where(mask, advantages, torch.zeros_like(advantages)).to(torch.float64)
    count = mask.sum(dim=1, keepdim=True).clamp(min=1)
    total = values.sum(dim=1, keepdim=True)
    shifted = torch.where(mask, (values + _shift(values, mask, total, bound)).clamp(-bound, bound), 0.0)
    mean = torch.where(mask, total / count, 0.0)
    out_of_reach = (total / count).abs() >= bound
    within = (values.abs() <= bound).all(dim=1, keepdim=True)
    kept = torch.where(out_of_reach, mean, shifted)
    return torch.where(within, values, kept).to(advantages.dtype)


def _shift(values: Tensor, mask: Tensor, total: Tensor, bound: float) -> Tensor:
    """(G, 1) root of sum clip(x + shift) = total by bisection, then exactly on the tokens found free."""
    low = (-bound - torch.where(mask, values, -torch.inf).amax(dim=1, keepdim=True)).nan_to_num(posinf=0.0)
    high = (bound - torch.where(mask, values, torch.inf).amin(dim=1, keepdim=True)).nan_to_num(neginf=0.0)
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        reached = torch.where(mask, (values + middle).clamp(-bound, bound), 0.0).sum(dim=1, keepdim=True)
        low, high = torch.where(reached < total, middle, low), torch.where(reached < total, high, middle)
    shift = (low + high) / 2
    free = mask & ((values + shift).abs() < bound)
    at_bound = torch.where(mask & ~free, (values + shift).clamp(-bound, bound), 0.0).sum(dim=1, keepdim=True)
    free_sum = torch.where(free, values, 0.0).sum(dim=1, keepdim=True)
    count = free.sum(dim=1, keepdim=True)
    return torch.where(count > 0, (total - at_bound - free_sum) / count.clamp(min=1), shift)
