"""From the measured credit of all completions of a step to their token advantages, group by group."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ospo_core.redistribution.clipping import clip_given_back
from ospo_core.redistribution.group import EPSILON, Group, Prefixes, TokenAdvantages, Units
from ospo_core.redistribution.named import Measured, Rule
from ospo_core.training.packed_credit import PackedCredit


@dataclass(frozen=True, kw_only=True)
class Redistributing:
    """A rule with its weight and its clip, and what GRPO divides by: `group`, `batch` or `none`."""

    rule: Rule
    weight: float = 0.5
    clip: float | None = None
    scale_rewards: str = "group"


@dataclass(frozen=True, kw_only=True)
class StepAdvantages:
    """Of every completion of the step, over all processes.

    Attributes:
        tokens: (N, T) on the credited tokens, 0 beyond them.
        plain: (N,) on every other token: GRPO's, and 0 in a group whose rewards as good as agree.
        eos: (N,) on the end of the sequence.
        credited: (N,) bool: the rule was applied; False where measuring failed or the reward is missing.
        idle: share of the groups that give no update.
    """

    tokens: Tensor
    plain: Tensor
    eos: Tensor
    credited: Tensor
    idle: float


def step_advantages(
    rewards: Tensor, flat: Tensor, packed: PackedCredit, group_size: int, how: Redistributing
) -> StepAdvantages:
    """Token advantages in the units of `flat`.

    Args:
        rewards: (N,) over all processes, NaN where no reward function answered.
        flat: (N,) GRPO's advantages, as the trainer computed them.
        packed: the credit, over all processes.
        group_size: completions a prompt; groups are contiguous.
        how: rule, clip, scale.
    """
    rewards, flat = rewards.to(packed.fields.dtype), flat.to(packed.fields.dtype)
    tokens = torch.zeros_like(packed.field("credit"))
    plain, eos, credited = flat.clone(), flat.clone(), torch.zeros_like(packed.measured)
    spread_of_batch = rewards[~rewards.isnan()].std()
    idle = 0
    for first in range(0, len(rewards), group_size):
        members = torch.arange(first, first + group_size, device=rewards.device)
        scored = members[~rewards[members].isnan()]
        group = _group(rewards[scored], packed.rows(scored))
        if not group.has_spread:
            plain[members] = eos[members] = 0.0
            idle += 1
            continue
        found = _applied(group, packed.rows(scored), how)
        scale = _scale(group.spread, spread_of_batch, how.scale_rewards)
        good = packed.measured[scored]
        tokens[scored[good]] = found.tokens[good] * scale
        eos[scored[good]] = found.eos[good] * scale
        credited[scored[good]] = True
    groups = len(rewards) // group_size
    return StepAdvantages(tokens=tokens, plain=plain, eos=eos, credited=credited, idle=idle / max(groups, 1))


def _group(rewards: Tensor, packed: PackedCredit) -> Group:
    """A completion that could not be measured counts in mean and spread, and ends at once for its position's mean."""
    return Group(rewards=rewards, baseline=packed.baseline, mask=packed.mask, credit=packed.field("credit"))


def _applied(group: Group, packed: PackedCredit, how: Redistributing) -> TokenAdvantages:
    units = Units(before=packed.field("before"), after=packed.field("after"), without=packed.field("without"))
    measured = Measured(group=group, prefixes=Prefixes(before=units.before), units=units)
    found = how.rule.apply(measured, how.weight)
    if how.clip is None:
        return found
    return TokenAdvantages(clip_given_back(found.tokens, group.mask, how.clip), found.eos.clamp(-how.clip, how.clip))


def _scale(spread: Tensor, spread_of_batch: Tensor, scale_rewards: str) -> Tensor:
    """From the rules' unit, the group's own sigma, to the trainer's."""
    divisors = {"group": spread + EPSILON, "batch": spread_of_batch + EPSILON, "none": torch.ones_like(spread)}
    return (spread + EPSILON) / divisors[scale_rewards]
