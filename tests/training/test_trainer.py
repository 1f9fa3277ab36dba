"""The trainer with real steps of a small policy: where each advantage lands, what is counted, what is learned."""

import pytest
import torch

from ospo_core.errors import SettingsError
from tests.training.tiny_policy import step_batch, trainer, wool_reward, word_tokenizer


def breaking(word):
    """A reward that cannot read one word in the middle of a text, and is fine with whole completions."""
    whole = []

    def reward(completions, completion_ids=None, **_):
        if completion_ids is not None:
            whole[:] = list(completions)
        if any(text.startswith(word) and text not in whole for text in completions):
            raise ValueError("unreadable")
        return wool_reward(completions)

    return reward


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["blend", "past_conditioned", "signed", "proportional", "prefix", "return_to_go"])
def test_advantages_have_one_value_a_token_and_none_off_the_mask(tmp_path, rule):
    """Of the shape of the completions, exactly 0 behind their ends, and different within a completion."""
    batch = step_batch(trainer(tmp_path, rule=rule))

    advantages, mask = batch["advantages"], batch["completion_mask"].bool()
    assert advantages.shape == mask.shape
    assert (advantages[~mask] == 0).all()
    assert torch.isfinite(advantages).all()
    assert any(len(set(row[kept].tolist())) > 1 for row, kept in zip(advantages, mask, strict=True))


@pytest.mark.slow
def test_the_end_of_a_sequence_has_the_plain_advantage(tmp_path):
    """Under a rule that says nothing of it; the words before it sum to T A without it."""
    training = trainer(tmp_path, rule="proportional", max_completion_length=24)
    batch = step_batch(training)
    ids, mask, advantages = (batch[name] for name in ("completion_ids", "completion_mask", "advantages"))
    rewards = torch.tensor(wool_reward(word_tokenizer().batch_decode(ids, skip_special_tokens=True)))
    flat = (rewards - rewards.mean()) / (rewards.std() + 1e-4)
    lengths = mask.sum(dim=1)
    ended = torch.tensor([int(row[last - 1]) == 1 for row, last in zip(ids, lengths, strict=True)])

    last = advantages.gather(1, (lengths - 1)[:, None]).squeeze(1)

    assert ended.any()
    torch.testing.assert_close(last[ended], flat[ended], atol=1e-5, rtol=1e-5)
    words = torch.where(ended, advantages.sum(dim=1) - last, advantages.sum(dim=1))
    torch.testing.assert_close(words, (lengths - ended.int()) * flat, atol=1e-4, rtol=1e-4)


@pytest.mark.slow
def test_the_end_of_a_sequence_has_its_own_advantage_where_the_rule_gives_one(tmp_path):
    """Past-conditioned: what ending there was worth beside the others that were still writing, not the flat one."""
    batch = step_batch(trainer(tmp_path, rule="past_conditioned", max_completion_length=24))
    ids, mask, advantages = (batch[name] for name in ("completion_ids", "completion_mask", "advantages"))
    rewards = torch.tensor(wool_reward(word_tokenizer().batch_decode(ids, skip_special_tokens=True)))
    flat = (rewards - rewards.mean()) / (rewards.std() + 1e-4)
    lengths = mask.sum(dim=1)
    ended = torch.tensor([int(row[last - 1]) == 1 for row, last in zip(ids, lengths, strict=True)])

    last = advantages.gather(1, (lengths - 1)[:, None]).squeeze(1)

    assert ended.any()
    assert (last[ended] - flat[ended]).abs().median() > 0.1


@pytest.mark.slow
def test_a_reward_that_breaks_on_a_part_costs_that_completion_its_credit(tmp_path):
    """It keeps its flat advantage, the step goes on, and the failure is counted."""
    training = trainer(tmp_path, rule="blend", reward=breaking("mg"))

    batch = step_batch(training)

    [failed] = training._metrics["train"]["credit/failed"]
    assert 0 < failed < 8
    flat_rows = [len(set(row[row != 0].tolist())) <= 1 for row in batch["advantages"]]
    assert sum(flat_rows) >= failed


@pytest.mark.slow
def test_rewards_with_weight_zero_are_watched_and_not_credited(tmp_path):
    """They are scored on whole completions and never on parts."""
    seen = []

    def watched(completions, **_):
        seen.append(len(completions))
        return [float(len(text)) for text in completions]

    training = trainer(tmp_path, rule="blend", reward=[wool_reward, watched], reward_weights=[1.0, 0.0])

    step_batch(training)

    assert seen == [8]
    assert "rewards/watched/mean" in training._metrics["train"]


@pytest.mark.slow
def test_a_reward_without_words_is_refused(tmp_path):
    """A model in the place of a function reads ids of its own; credit would be of something else."""

    async def later(completions, **_):
        return wool_reward(completions)

    with pytest.raises(SettingsError, match="score texts"):
        step_batch(trainer(tmp_path, rule="blend", reward=later))


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["uniform", "blend", "past_conditioned", "signed"])
def test_the_rewarded_words_gain_probability(tmp_path, rule):
    """A toy task: after some steps the policy says what is paid for more often."""
    training = trainer(tmp_path, rule=rule, max_steps=25, learning_rate=5e-3)

    training.train()

    rewards = [entry["reward"] for entry in training.state.log_history if "reward" in entry]
    assert sum(rewards[-5:]) > sum(rewards[:5]) + 1.0
