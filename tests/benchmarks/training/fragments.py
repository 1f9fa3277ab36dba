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
        keep = torch.ones(width + 1, width, dtype=torch.bool).tril(-1).expand(len(self.rewards), -1, -1)
        worths = self.rewards[:, None].repeat(1, width + 1)
        return self._filled_in(worths, keep, (ends < self.rollout.lengths[:, None]) & (ends > 0), ends == 0)

    def without_each(self) -> Tensor:
        """(B, T) v(all words but t); the reward behind a text's end."""
        width = self.rollout.texts.shape[1]
        keep = (~torch.eye(width, dtype=torch.bool)).expand(len(self.rewards), -1, -1)
        worths = self.rewards[:, None].repeat(1, width)
        return self._filled_in(worths, keep, self.rollout.mask, torch.zeros(width, dtype=torch.bool))

    def prefixes(self) -> Prefixes:
        """What `prefix` needs: T - 1 evaluations a text, and that of nothing."""
        return Prefixes(before=self._on_words(self.prefix_worths()[:, :-1]))

    def units(self) -> Units:
        """What `past_conditioned` needs: 2 T - 1 evaluations a text, and that of nothing."""
        prefixes = self.prefix_worths()
        return Units(
            before=self._on_words(prefixes[:, :-1]),
            after=self._on_words(prefixes[:, 1:]),
            without=self._on_words(self.without_each()),
        )

    def shapley(self, ranks: Tensor) -> Tensor:
        """(B, T) mean marginal contribution over the orders of `ranks` (B, orders, T), each word's place in each."""
        width, length = ranks.shape[2], self.rollout.lengths[:, None, None]
        places = torch.arange(width + 1)
        keep = (ranks[:, :, None] < places[:, None]) & self.rollout.mask[:, None, None]
        worths = self.rewards[:, None, None].repeat(1, ranks.shape[1], width + 1)
        within = ((places < length) & (places > 0)).expand_as(worths)
        worths = self._filled_in(worths, keep, within, places == 0)
        gained = worths.gather(2, ranks + 1) - worths.gather(2, ranks)
        return self._on_words(gained.mean(dim=1))

    def orders(self, rng: torch.Generator) -> Tensor:
        """(B, 2 PAIRS, T) places of the words in random orders and in the same orders reversed."""
        lengths = self.rollout.lengths[:, None, None]
        keys = torch.rand(len(self.rewards), PAIRS, self.rollout.texts.shape[1], generator=rng)
        places = keys.masked_fill(~self.rollout.mask[:, None], torch.inf).argsort(dim=2).argsort(dim=2)
        return torch.cat([places, torch.where(places < lengths, lengths - 1 - places, places)], dim=1)

    def _filled_in(self, worths: Tensor, keep: Tensor, where: Tensor, nothing: Tensor) -> Tensor:
        """`worths` (B, ..., fragments) with those at `where` evaluated and v(nothing) at `nothing` (fragments,)."""
        rows = where.nonzero()[:, 0]
        worths[where] = self.world.worths(
            self.shape, self.rollout.prompts[rows], closed_up(self.rollout.texts[rows], keep[where])
        )
        empty = self.empty.view(-1, *[1] * (worths.ndim - 1))
        return torch.where(nothing, empty, worths)

    def _on_words(self, values: Tensor) -> Tensor:
        return torch.where(self.rollout.mask, values, 0.0)


def closed_up(texts: Tensor, keep: Tensor) -> Tensor:
    """(N, T) the words of `texts` that are kept, in their order and without gaps, PAD behind."""
    order = (~keep).to(torch.uint8).argsort(dim=1, stable=True)
    return texts.masked_fill(~keep, PAD).gather(1, order)
