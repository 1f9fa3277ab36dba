"""What a redistribution rule sees of a group of responses to one prompt, as padded tensors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ospo_core.errors import InputError

EPSILON = 1e-4
"""Added to the standard deviation, as TRL's GRPOTrainer does."""
LEAST_SPREAD = 1e-4
"""Below this standard deviation of the rewards no rule divides a credit by it."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """G responses padded to T tokens.

    Attributes:
        rewards: (G,) R_i.
        baseline: v(nothing), the reward of the empty response to the same prompt; (G,) where parts of the responses
            are in every coalition, and each has one of its own.
        mask: (G, T) bool, True on completion tokens; each row is True first, then False.
        credit: (G, T) credit per token, in reward units; 0 off the mask. Sums to R - baseline where it is efficient.
    """

    rewards: Tensor
    baseline: float | Tensor
    mask: Tensor
    credit: Tensor

    def __post_init__(self) -> None:
        if self.rewards.ndim != 1 or self.mask.shape != self.credit.shape or self.mask.shape[0] != len(self.rewards):
            raise InputError(
                f"a group needs rewards (G,), mask (G, T) and credit (G, T); got {tuple(self.rewards.shape)}, "
                f"{tuple(self.mask.shape)}, {tuple(self.credit.shape)}"
            )

    @property
    def lengths(self) -> Tensor:
        """(G, 1) tokens of each response, as floating point; at least 1 so that it can divide."""
        return self.mask.sum(dim=1, keepdim=True).clamp(min=1).to(self.credit.dtype)

    @property
    def baselines(self) -> Tensor:
        """(G, 1) the baseline of each response."""
        return torch.as_tensor(self.baseline, dtype=self.credit.dtype, device=self.credit.device).expand(
            len(self.rewards)
        )[:, None]

    @property
    def mean(self) -> Tensor:
        """Mean reward, a scalar."""
        return self.rewards.mean()

    @property
    def spread(self) -> Tensor:
        """Sample standard deviation (G - 1) of the rewards, a scalar; 0 for a single response."""
        return self.rewards.std(correction=1) if len(self.rewards) > 1 else torch.zeros_like(self.rewards[0])

    @property
    def has_spread(self) -> bool:
        """False when the rewards are as good as equal: dividing credit by their spread would only blow up noise."""
        return bool(self.spread >= LEAST_SPREAD)

    @property
    def flat(self) -> Tensor:
        """(G,) GRPO's advantage A_i = (R_i - mean) / (std + eps)."""
        return (self.rewards - self.mean) / (self.spread + EPSILON)

    def on_tokens(self, values: Tensor) -> Tensor:
        """`values`, broadcast to (G, T), exactly 0 off the mask."""
        return torch.where(self.mask, values, torch.zeros_like(self.credit))


@dataclass(frozen=True, kw_only=True)
class Prefixes:
    """(G, T) v(prefix before token t): the reward of the response cut off just before it."""

    before: Tensor


@dataclass(frozen=True, kw_only=True)
class Units:
    """(G, T) worths around the unit (word) of each token: before it, with it, and of all but it."""

    before: Tensor
    after: Tensor
    without: Tensor


@dataclass(frozen=True, slots=True)
class TokenAdvantages:
    """(G, T) advantages, exactly 0 off the mask, and (G,) of the end-of-sequence token after each response."""

    tokens: Tensor
    eos: Tensor
