"""What a step's token advantages look like beside the flat ones: the figures that are watched while training."""

from __future__ import annotations

import torch
from torch import Tensor

from ospo_core.training.packed_credit import PackedCredit
from ospo_core.training.token_advantages import StepAdvantages


def shares(advantages: StepAdvantages, packed: PackedCredit, flat: Tensor, *, conserves: bool) -> dict[str, float]:
    """By name; over the credited tokens of all processes, 0 where there are none.

    sign_flip_share: tokens whose sign differs from the flat advantage's. effective_share: (sum |a|)^2 / (T sum a^2),
    1 where all tokens weigh alike. max_abs_advantage. conservation_error: largest |sum of a row - T A| / max(1, |T A|),
    0 for rules that promise no sum.
    """
    rows = advantages.credited & (packed.lengths > 0)
    tokens, mask = advantages.tokens[rows], packed.mask[rows]
    if not rows.any():
        return dict.fromkeys(("sign_flip_share", "effective_share", "max_abs_advantage", "conservation_error"), 0.0)
    flat, lengths = flat.to(tokens.dtype)[rows], packed.lengths[rows].to(tokens.dtype)
    flips = (tokens.sign() * flat.sign()[:, None] < 0) & mask
    size, square = tokens.abs().sum(dim=1), tokens.square().sum(dim=1)
    effective = torch.where(square > 0, size.square() / (lengths * square).clamp(min=1e-300), 1.0)
    missed = (tokens.sum(dim=1) - lengths * flat).abs() / (lengths * flat).abs().clamp(min=1)
    return {
        "sign_flip_share": (flips.sum() / mask.sum()).item(),
        "effective_share": effective.mean().item(),
        "max_abs_advantage": tokens.abs().max().item(),
        "conservation_error": missed.max().item() if conserves else 0.0,
    }
