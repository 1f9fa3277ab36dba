"""One run: a pretrained model, a method, a reward; held-out rewards on the way and the CPU seconds they took.

The loss is GRPO's clipped loss, token by token, over all tokens of a step (TRL's `dapo`), one update a rollout, so
that the ratio is 1. CPU seconds are of the process and hold the whole step, credit included; evaluation is outside.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from tests.benchmarks.training.fragments import Fragments
from tests.benchmarks.training.language_model import LanguageModel, Rollout, log_probabilities, sample
from tests.benchmarks.training.methods import Method
from tests.benchmarks.training.world import PAD, World

GROUP_SIZE, PROMPTS_A_STEP = 8, 4
CLIP_RATIO = 0.2
HELD_OUT_SAMPLES = 8
EVALUATE_EVERY = 40


@dataclass(kw_only=True)
class Curve:
    """Held-out figures at `steps`; `cpu` and `credit_cpu` are seconds spent up to each, without evaluation.

    `reward`, `entropy` (nats a token), `length` (words), `truncated` (share without an end) and `repeated` (share of
    words said before in their text) are means over samples of the held-out prompts.
    """

    steps: list[int] = field(default_factory=list)
    reward: list[float] = field(default_factory=list)
    entropy: list[float] = field(default_factory=list)
    length: list[float] = field(default_factory=list)
    truncated: list[float] = field(default_factory=list)
    repeated: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    credit_cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is trained on what. The same run gives the same curve, but for the seconds."""

    world: World
    shape: str
    method: Method
    seed: int
    steps: int
    learning_rate: float

    def curve(self, start: LanguageModel, watch: Callable[[LanguageModel, int], None] | None = None) -> Curve:
        """Train a copy of `start`. `watch` is shown the model at every evaluation, with the step."""
        model, curve = copy.deepcopy(start), Curve()
        optimizer = torch.optim.Adam(model.parameters(), lr=self.learning_rate, fused=True)
        rng = torch.Generator().manual_seed(self.seed)
        spent = credit = 0.0
        for step in range(self.steps + 1):
            if step % EVALUATE_EVERY == 0:
                self._look(model, curve, step, (spent, credit))
                if watch is not None:
                    watch(model, step)
            if step < self.steps:
                began = time.process_time()
                credit += self._step(model, optimizer, rng)
                spent += time.process_time() - began
        return curve

    def _step(self, model: LanguageModel, optimizer: torch.optim.Optimizer, rng: torch.Generator) -> float:
        """One rollout and one update; returns the CPU seconds from the rollout to the advantages."""
        chosen = torch.randint(self.world.training, (PROMPTS_A_STEP,), generator=rng)
        rollout = sample(model, self.world, chosen.repeat_interleave(GROUP_SIZE), rng)
        began = time.process_time()
        fragments = Fragments.of(self.world, self.shape, rollout)
        advantages = self.method.advantages(fragments, GROUP_SIZE, rng)
        credit = time.process_time() - began
        optimizer.zero_grad()
        loss(log_probabilities(model, self.world, rollout), advantages.float(), rollout).backward()
        optimizer.step()
        return credit

    def _look(self, model: LanguageModel, curve: Curve, step: int, seconds: tuple[float, float]) -> None:
        """The same random numbers at every look of every method, so that differences are the models'."""
        rng = torch.Generator().manual_seed(self.seed + 1_000_000)
        held_out = torch.arange(self.world.training, len(self.world.prompts)).repeat_interleave(HELD_OUT_SAMPLES)
        rollout = sample(model, self.world, held_out, rng)
        curve.steps.append(step)
        curve.reward.append(float(self.world.worths(self.shape, held_out, rollout.texts).mean()))
        curve.entropy.append(rollout.entropy)
        curve.length.append(float(rollout.lengths.double().mean()))
        curve.truncated.append(float((rollout.lengths == self.world.longest).double().mean()))
        curve.repeated.append(repeated(rollout.texts))
        curve.cpu.append(seconds[0])
        curve.credit_cpu.append(seconds[1])


def loss(log_probability: Tensor, advantages: Tensor, rollout: Rollout) -> Tensor:
    """GRPO's clipped loss over the tokens of a rollout, (B, T) each; the sampling policy is the present one."""
    ratio = torch.exp(log_probability - log_probability.detach())
    bounded = torch.minimum(ratio * advantages, ratio.clamp(1 - CLIP_RATIO, 1 + CLIP_RATIO) * advantages)
    present = rollout.tokens != PAD
    return -torch.where(present, bounded, 0.0).sum() / present.sum()


def repeated(texts: Tensor) -> float:
    """Share of words that stand earlier in their text too."""
    same = (texts[:, :, None] == texts[:, None, :]) & (texts != PAD)[:, :, None]
    again = same.tril(-1).any(dim=2).sum()
    return float(again / (texts != PAD).sum().clamp(min=1))
