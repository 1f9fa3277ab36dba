"""Rules on the gathered credit of a step: sums, silence of groups without spread, scales, failures."""

import numpy as np
import pytest
import torch

from ospo_core.redistribution.named import RULES, rule_named
from ospo_core.training.completion_credit import CompletionCredit
from ospo_core.training.credit_plan import TokenWorths
from ospo_core.training.packed_credit import PackedCredit
from ospo_core.training.shares import shares
from ospo_core.training.token_advantages import Redistributing, step_advantages

CPU = torch.device("cpu")
CONSERVING = [rule.name for rule in RULES if rule.conserves]


def packed(lengths, rewards, *, missing=(), seed=0):
    """Random credit that sums to the reward minus the completion's own baseline."""
    rng = np.random.default_rng(seed)
    completions = []
    for number, (length, reward) in enumerate(zip(lengths, rewards, strict=True)):
        baseline = float(rng.normal())
        credit = rng.normal(size=length)
        credit += (reward - baseline - credit.sum()) / length
        around = [rng.normal(size=length) for _ in range(3)]
        worths = TokenWorths(credit=credit, before=around[0], after=around[1], without=around[2], baseline=baseline)
        completions.append(None if number in missing else CompletionCredit(tokens=range(length), worths=worths))
    return PackedCredit.of(completions, CPU)


def grpo(rewards, size):
    """GRPO's advantages, group by group."""
    groups = torch.tensor(rewards, dtype=torch.float64).view(-1, size)
    spread = groups.std(dim=1, keepdim=True) + 1e-4
    return ((groups - groups.mean(dim=1, keepdim=True)) / spread).flatten()


def found(rewards, lengths, how, *, size=4, missing=()):
    """The step under a rule, with the packed credit and GRPO's advantages."""
    credit, flat = packed(lengths, rewards, missing=missing), grpo(rewards, size)
    return step_advantages(torch.tensor(rewards, dtype=torch.float64), flat, credit, size, how), credit, flat


@pytest.mark.parametrize("clip", [None, 3.0])
@pytest.mark.parametrize("rule", CONSERVING)
def test_sums_are_kept(rule, clip):
    """Token advantages sum to T A, also where each completion has a baseline of its own, and after a clip."""
    rewards, lengths = [0.1, 0.9, 0.4, 0.2, 5.0, 5.5, 4.0, 4.2], [3, 5, 1, 7, 2, 2, 9, 4]

    step, credit, flat = found(rewards, lengths, Redistributing(rule=rule_named(rule), clip=clip))

    torch.testing.assert_close(step.tokens.sum(dim=1), credit.lengths * flat, atol=1e-9, rtol=1e-6)
    assert (step.tokens[~credit.mask] == 0).all()
    assert shares(step, credit, flat, conserves=True)["conservation_error"] < 1e-6


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_group_without_spread_gives_no_update(rule):
    """Its neighbour does."""
    rewards, lengths = [0.5, 0.50001, 0.5, 0.5, 1.0, 2.0, 3.0, 4.0], [3] * 8

    step, _, _ = found(rewards, lengths, Redistributing(rule=rule_named(rule)))

    assert (step.tokens[:4] == 0).all()
    assert (step.plain[:4] == 0).all()
    assert (step.eos[:4] == 0).all()
    assert step.tokens[4:].abs().max() > 0
    assert step.idle == 0.5


@pytest.mark.parametrize(("scale", "divided_by"), [("none", 1.0), ("batch", torch.tensor([0.0, 1, 2, 9]).std() + 1e-4)])
def test_the_unit_is_the_trainers(scale, divided_by):
    """With other scales than the group's own spread the advantages are those of the group in that unit."""
    rewards, lengths = [0.0, 1.0, 2.0, 9.0], [3, 3, 2, 4]
    spread = torch.tensor(rewards, dtype=torch.float64).std() + 1e-4

    usual, _, _ = found(rewards, lengths, Redistributing(rule=rule_named("signed")))
    other, _, _ = found(rewards, lengths, Redistributing(rule=rule_named("signed"), scale_rewards=scale))

    torch.testing.assert_close(other.tokens, usual.tokens * spread / divided_by, rtol=1e-6, atol=1e-9)


def test_what_was_not_measured_keeps_its_flat_advantage():
    """The others of its group do not."""
    step, _, flat = found([0.1, 0.9, 0.4, 0.2], [3] * 4, Redistributing(rule=rule_named("blend")), missing={1})

    assert step.credited.tolist() == [True, False, True, True]
    assert (step.tokens[1] == 0).all()
    torch.testing.assert_close(step.plain, flat)


def test_a_completion_without_a_reward_is_left_out():
    """No reward function answered for it: it counts neither in the mean nor in the spread."""
    rewards = torch.tensor([0.1, torch.nan, 0.4, 0.2])
    credit = packed([3] * 4, [0.1, 0.0, 0.4, 0.2])
    three = packed([3] * 4, [0.1, 0.0, 0.4, 0.2]).rows(torch.tensor([0, 2, 3]))
    how = Redistributing(rule=rule_named("signed"))

    step = step_advantages(rewards, torch.zeros(4), credit, 4, how)
    without = step_advantages(rewards[[0, 2, 3]], torch.zeros(3), three, 3, how)

    assert not step.credited[1]
    torch.testing.assert_close(step.tokens[[0, 2, 3]], without.tokens)


def test_a_clip_bounds_tokens_and_the_end():
    """And gives back what it took."""
    how = Redistributing(rule=rule_named("signed"), clip=1.0)

    step, credit, flat = found([0.0, 1.0, 0.4, 0.6], [6] * 4, how)

    inside = flat.abs() < 1
    assert step.tokens[inside].abs().max() <= 1 + 1e-9
    torch.testing.assert_close(step.tokens.sum(dim=1), credit.lengths * flat)
