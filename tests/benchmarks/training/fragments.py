"""What the rules need to know of sampled texts: the worths of their fragments, all of a step in few calls.

Shapley credit is estimated by PAIRS antithetic pairs of random orders of a text's words. Words are tokens here and
the tree is flat, so the Owen value is the Shapley value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ospo_core.redistribution.group import Prefixes, Units
from tests.benchmarks.training.language_model import Rollout
from tests.benchmarks.training.world import PAD, World

PAIRS = 2


@dataclass(frozen=True, kw_only=True)
class Fragments:
    """The fragments of a rollout's texts under one reward. `rewards`: (B,) of the whole texts."""

    world: World
    shape: str
    rollout: Rollout
    rewards: Tensor

    @classmethod
    def of(cls, world: World, shape: str, rollout: Rollout) -> Fragments:
        """With the rewards of the whole texts evaluated: B evaluations."""
        rewards = world.worths(shape, rollout.prompts, rollout.texts)
        return cls(world=world, shape=shape, rollout=rollout, rewards=rewards)

    @cached_property
    def empty(self) -> Tensor:
        """(B,) v(nothing)."""
        return self.world.worths(self.shape, self.rollout.prompts, torch.full_like(self.rollout.texts, PAD))

    def prefix_worths(self) -> Tensor:
        """(B, T + 1) v(first k words) for k = 0..T; the reward from a text's length on."""
        width = self.rollout.texts.shape[1]
        ends = torch.arange(width + 1)
        where = (ends < self.rollout.lengths[:, None]) & (ends > 0)
        return self._evaluated(_first_words(width).expand(len(where), -1, -1), where, ends == 0)

    def prefixes(self) -> Prefixes:
        """What `prefix` needs: T - 1 evaluations a text, and that of nothing."""
        return Prefixes(before=self._on_words(self.prefix_worths()[:, :-1]))

    def units(self) -> Units:
        """What `past_conditioned` needs: 2 T - 1 evaluations a text, and that of nothing; all in one call."""
        width = self.rollout.texts.shape[1]
        ends = torch.arange(width + 1)
        keep = torch.cat([_first_words(width), ~torch.eye(width, dtype=torch.bool)])
        where = torch.cat([(ends < self.rollout.lengths[:, None]) & (ends > 0), self.rollout.mask], dim=1)
        worths = self._evaluated(keep.expand(len(where), -1, -1), where, torch.arange(2 * width + 1) == 0)
        return Units(
            before=self._on_words(worths[:, :width]),
            after=self._on_words(worths[:, 1 : width + 1]),
            without=self._on_words(worths[:, width + 1 :]),
        )

    def shapley(self, ranks: Tensor) -> Tensor:
        """(B, T) mean marginal contribution over the orders of `ranks` (B, orders, T), each word's place in each."""
        width, length = ranks.shape[2], self.rollout.lengths[:, None, None]
        places = torch.arange(width + 1)
        keep = (ranks[:, :, None] < places[:, None]) & self.rollout.mask[:, None, None]
        within = ((places < length) & (places > 0)).expand(-1, ranks.shape[1], -1)
        worths = self._evaluated(keep, within, places == 0)
        gained = worths.gather(2, ranks + 1) - worths.gather(2, ranks)
        return self._on_words(gained.mean(dim=1))

    def orders(self, rng: torch.Generator) -> Tensor:
        """(B, 2 PAIRS, T) places of the words in random orders and in the same orders reversed."""
        lengths = self.rollout.lengths[:, None, None]
        keys = torch.rand(len(self.rewards), PAIRS, self.rollout.texts.shape[1], generator=rng)
        places = keys.masked_fill(~self.rollout.mask[:, None], torch.inf).argsort(dim=2).argsort(dim=2)
        return torch.cat([places, torch.where(places < lengths, lengths - 1 - places, places)], dim=1)

    def _evaluated(self, keep: Tensor, where: Tensor, nothing: Tensor) -> Tensor:
        """(B, ..., fragments) worths of `keep` (B, ..., fragments, T) at `where`, v(nothing) at `nothing`, else R."""
        rows = where.nonzero()[:, 0]
        texts = closed_up(self.rollout.texts[rows], keep[where])
        whole, empty = (each.view(-1, *[1] * (where.ndim - 1)) for each in (self.rewards, self.empty))
        worths = torch.where(nothing, empty, whole.expand(where.shape))
        worths[where] = self.world.worths(self.shape, self.rollout.prompts[rows], texts)
        return worths

    def _on_words(self, values: Tensor) -> Tensor:
        return torch.where(self.rollout.mask, values, 0.0)


def _first_words(width: int) -> Tensor:
    """(width + 1, width) which words the prefix of k words keeps, k = 0..width."""
    return torch.ones(width + 1, width, dtype=torch.bool).tril(-1)


def closed_up(texts: Tensor, keep: Tensor) -> Tensor:
    """(N, T) the words of `texts` that are kept, in their order and without gaps, PAD behind."""
    order = (~keep).to(torch.uint8).argsort(dim=1, stable=True)
    return texts.masked_fill(~keep, PAD).gather(1, order)
