"""With the rule `uniform` the trainer is GRPO: the same loss and the same gradients, to the bit."""

import pytest
import torch
from trl.trainer.grpo_trainer import GRPOTrainer

from ospo_core.training.trainer import OSPOTrainer
from tests.training.tiny_policy import step_batch, stored_policy, trainer

LOSSES = ("grpo", "bnpo", "dr_grpo", "dapo", "cispo", "luspo", "sapo", "vespo")
CONFIGURATIONS = {
    "plain": {},
    "old log-probabilities and KL": {"num_iterations": 2, "beta": 0.04},
    "truncated masked, scaled by batch": {
        "mask_truncated_completions": True,
        "scale_rewards": "batch",
        "num_generations": 4,
    },
}


def loss_and_gradients(training, batch):
    """As a training step computes them."""
    training.model.zero_grad()
    loss = training._compute_loss(training.model, batch)
    loss.backward()
    return loss.detach(), torch.cat([weight.grad.flatten() for weight in training.model.parameters()])


@pytest.mark.slow
@pytest.mark.parametrize("loss_type", LOSSES)
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_uniform_is_grpo_to_the_bit(tmp_path, loss_type, configuration):
    """The same completions with GRPO's (B,) advantages and with ours of (B, T): no bit differs."""
    changes = CONFIGURATIONS[configuration] | {"policy": stored_policy(tmp_path)}
    training = trainer(tmp_path, rule="uniform", loss_type=loss_type, **changes)
    batch = step_batch(training)
    flat = GRPOTrainer._generate_and_score_completions
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OSPOTrainer, "_generate_and_score_completions", flat)
        grpo = step_batch(training)
    training.current_gradient_accumulation_steps = 1

    ours = loss_and_gradients(training, batch)
    theirs = loss_and_gradients(training, grpo)

    assert torch.equal(batch["completion_ids"], grpo["completion_ids"])
    assert batch["advantages"].shape == batch["completion_mask"].shape
    assert grpo["advantages"].ndim == 1
    assert theirs[1].abs().max() > 0
    assert torch.equal(ours[0], theirs[0])
    assert torch.equal(ours[1], theirs[1])


@pytest.mark.slow
def test_trl_takes_one_advantage_a_token(tmp_path):
    """The canary: TRL's loss must read advantages of shape (B, T) token by token, or none of this works.

    TRL before 0.26 multiplies every completion by the advantages of all: it fails here in the first of the two lines.
    """
    training = trainer(tmp_path, rule="uniform")
    batch = step_batch(training)
    training.current_gradient_accumulation_steps = 1
    shape = batch["completion_mask"].shape
    flat = torch.linspace(-1.0, 2.0, shape[0])
    spread = flat[:, None].expand(shape).clone()
    first = torch.zeros(shape)
    first[:, 0] = flat

    one_a_completion, one_a_token, only_the_first_token = (
        loss_and_gradients(training, batch | {"advantages": given})[1] for given in (flat, spread, first)
    )

    assert torch.equal(one_a_token, one_a_completion)
    assert only_the_first_token.abs().max() > 0
    assert not torch.allclose(only_the_first_token, one_a_token)
