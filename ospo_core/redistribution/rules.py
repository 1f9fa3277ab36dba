"""The redistribution rules: token advantages from a group's rewards and credit. Pure functions on tensors.

`uniform` is GRPO. `proportional`, `rank` and `hybrid` are of the OSPO paper (arXiv:2601.08403) and multiply weights
that are never negative by the flat advantage. `signed` lets a harmful token of a winning response be pushed down.
`return_to_go`, `prefix` and `past_conditioned` do not keep the sum; what each keeps is its own.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ospo_core.redistribution.group import EPSILON, Group, Prefixes, TokenAdvantages, Units

PAST_CONDITIONED_BOUND = 2.0


def uniform(group: Group) -> Tensor:
    """(G, T) the flat advantage on every token: GRPO."""
    return group.on_tokens(group.flat[:, None].expand_as(group.credit))


def proportional(group: Group) -> Tensor:
    """(G, T) A T w, w = min-max of the credit over its sum; equal weights where all credit is equal.

    Sums to T A; the sign is always A's (paper, OSPO-Prop).
    """
    low = _filled(group, torch.inf).amin(dim=1, keepdim=True)
    high = _filled(group, -torch.inf).amax(dim=1, keepdim=True)
    span = high - low
    scaled = torch.where(span > 0, (group.credit - low) / torch.where(span > 0, span, 1.0), 1.0)
    return _weighted(group, group.on_tokens(scaled))


def rank(group: Group) -> Tensor:
    """(G, T) A T rank / sum of ranks; the highest credit has the highest rank, ties share their mean rank.

    Sums to T A (paper, OSPO-Rank).
    """
    return _weighted(group, group.on_tokens(_mean_ranks(group.credit, group.mask)))


def rank_as_published(group: Group) -> Tensor:
    """(G, T) as `rank`, in the order of the published code: the highest credit has the *lowest* weight."""
    return _weighted(group, group.on_tokens(_mean_ranks(-group.credit, group.mask)))


def hybrid(group: Group, alpha: float = 0.5) -> Tensor:
    """(G, T) alpha * proportional + (1 - alpha) * uniform. Sums to T A."""
    return alpha * proportional(group) + (1 - alpha) * uniform(group)


def signed(group: Group) -> Tensor:
    """(G, T) (T phi - (mean - baseline)) / (std + eps); the flat advantage when the rewards as good as agree.

    Sums to T A when the credit is efficient. A token without credit gets -(mean - baseline) / (std + eps), not 0.
    """
    if not group.has_spread:
        return uniform(group)
    shifted = group.lengths * group.credit - (group.mean - group.baselines)
    return group.on_tokens(shifted / (group.spread + EPSILON))


def return_to_go(group: Group) -> Tensor:
    """(G, T) credit from t on, minus its mean over the responses that have a token at t, / (std + eps).

    Potential-based shaping with a baseline per position: at every position the advantages sum to 0.
    """
    to_go = group.on_tokens(group.credit).flip(1).cumsum(1).flip(1)
    return _centred_by_position(group, to_go)


def prefix(group: Group, prefixes: Prefixes) -> Tensor:
    """(G, T) as `return_to_go`, with R - v(prefix before t) to go. T evaluations a response.

    Needs a reward that means something on prefixes; the baseline then depends on the state alone (near unbiased).
    """
    return _centred_by_position(group, group.rewards[:, None] - prefixes.before)


def past_conditioned(group: Group, units: Units) -> TokenAdvantages:
    """clip((c + U/2) / (std + eps), -2, 2); end of sequence: clip(U / (std + eps), -2, 2).

    c = ((R - v(all but t's unit)) + (v(prefix with it) - v(prefix before it))) / 2, undivided on each of its tokens.
    U = q - mean of q over the responses alive at that position, q = R - v(prefix before t's unit), 0 at the end of
    sequence, which counts as alive. No update under a spread of 1e-4. 2P evaluations for P units. Keeps no sum.
    """
    if not group.has_spread:
        return TokenAdvantages(torch.zeros_like(group.credit), torch.zeros_like(group.rewards))
    scale = group.spread + EPSILON
    c = ((group.rewards[:, None] - units.without) + (units.after - units.before)) / 2
    surplus = _surplus_to_go(group, units)
    lengths = group.mask.sum(dim=1, keepdim=True)
    tokens = group.on_tokens(_bounded((c + surplus[:, :-1] / 2) / scale))
    return TokenAdvantages(tokens, _bounded(surplus.gather(1, lengths).squeeze(1) / scale))


def blend(group: Group, units: Units, weight: float = 0.5) -> TokenAdvantages:
    """`weight` of past_conditioned and the rest uniform, on tokens and end of sequence alike."""
    ours = past_conditioned(group, units)
    return TokenAdvantages(
        weight * ours.tokens + (1 - weight) * uniform(group), weight * ours.eos + (1 - weight) * group.flat
    )


def _filled(group: Group, value: float) -> Tensor:
    """Credit with `value` off the mask."""
    return torch.where(group.mask, group.credit, torch.full_like(group.credit, value))


def _weighted(group: Group, weights: Tensor) -> Tensor:
    """A T w with w = weights normalised over each response; `weights` are >= 0 and 0 off the mask."""
    total = weights.sum(dim=1, keepdim=True)
    return group.flat[:, None] * group.lengths * weights / torch.where(total > 0, total, 1.0)


def _mean_ranks(values: Tensor, mask: Tensor) -> Tensor:
    """(G, T) rank among the row's masked tokens from 1 (lowest) up; ties get the mean of their ranks. O(G T log T)."""
    keyed = torch.where(mask, values, torch.full_like(values, torch.inf))
    ordered = keyed.sort(dim=1).values.contiguous()
    below = torch.searchsorted(ordered, keyed.contiguous(), right=False)
    up_to = torch.searchsorted(ordered, keyed.contiguous(), right=True)
    return (below + up_to + 1).to(values.dtype) / 2


def _centred_by_position(group: Group, to_go: Tensor) -> Tensor:
    if not group.has_spread:
        return torch.zeros_like(group.credit)
    alive = group.mask.sum(dim=0, keepdim=True).clamp(min=1)
    mean = group.on_tokens(to_go).sum(dim=0, keepdim=True) / alive
    return group.on_tokens((to_go - mean) / (group.spread + EPSILON))


def _surplus_to_go(group: Group, units: Units) -> Tensor:
    """(G, T + 1) U of `past_conditioned`; column T_i of response i is its end of sequence, later ones are not used."""
    to_go = group.on_tokens(group.rewards[:, None] - units.before)
    to_go = torch.cat([to_go, torch.zeros_like(to_go[:, :1])], dim=1)
    alive = torch.arange(to_go.shape[1], device=to_go.device)[None, :] <= group.mask.sum(dim=1, keepdim=True)
    mean = to_go.sum(dim=0, keepdim=True) / alive.sum(dim=0, keepdim=True).clamp(min=1)
    return torch.where(alive, to_go - mean, torch.zeros_like(to_go))


def _bounded(values: Tensor) -> Tensor:
    return values.clamp(-PAST_CONDITIONED_BOUND, PAST_CONDITIONED_BOUND)
