"""A preview of one step under two kinds of advantages."""

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model

from ospo_core.errors import InputError
from ospo_core.training.one_step import Advised, one_step
from tests.training.tiny_policy import tiny_policy, word_tokenizer

TEXTS = ["the red wool jacket", "a blue shirt ."]


def advised(text, flat, tokens):
    """One start a word."""
    starts = [sum(len(word) + 1 for word in text.split()[:place]) for place in range(len(text.split()))]
    return Advised(
        text=text,
        starts=starts,
        advantages={"grpo": [flat] * len(starts), "ospo": tokens},
        eos={"grpo": flat, "ospo": 0.0},
    )


@pytest.fixture(scope="module")
def rows():
    """A winning response with a harmful word, and a losing one with a good word."""
    return [advised(TEXTS[0], 1.0, [0.0, 0.0, 2.0, -2.0]), advised(TEXTS[1], -1.0, [-1.0, 2.0, -1.0, 0.0])]


def preview(rows, policy=None, **settings):
    return one_step(policy or tiny_policy(), word_tokenizer(), "the red", rows, **settings)


def test_each_step_raises_what_it_rewards(rows):
    """In the first response GRPO raises every word, and the other lowers the one it blames."""
    found = preview(rows)

    grpo, ospo = (found.responses[0].changes[name] for name in ("grpo", "ospo"))
    assert (grpo > 0).all()
    assert ospo[2] > 0 > ospo[3]
    assert 0 < found.opposed < 1
    assert -1 <= found.cosine < 0.999


def test_before_is_what_the_policy_says(rows):
    """The log-probabilities of its own tokens after the prompt, with the end of the sequence."""
    policy, tokenizer = tiny_policy().eval(), word_tokenizer()
    ids = torch.tensor([[*tokenizer("the red")["input_ids"], *tokenizer(TEXTS[0])["input_ids"], 1]])
    with torch.inference_mode():
        logs = policy(input_ids=ids).logits.float().log_softmax(-1)[0, 1:-1]

    found = preview(rows, policy)

    np.testing.assert_allclose(found.responses[0].before, logs.gather(1, ids[0, 2:, None])[:, 0], atol=1e-5)
    assert found.responses[0].ranges[-1] == (len(TEXTS[0]), len(TEXTS[0]))


def test_equal_advantages_make_the_same_step(rows):
    """Then nothing is opposed and the gradients are one."""
    same = [
        Advised(
            text=one.text,
            starts=one.starts,
            advantages={"a": one.advantages["ospo"], "b": one.advantages["ospo"]},
            eos={"a": 0.0, "b": 0.0},
        )
        for one in rows
    ]

    found = preview(same)

    assert found.cosine == pytest.approx(1.0)
    assert found.opposed == 0.0
    np.testing.assert_array_equal(found.responses[0].changes["a"], found.responses[0].changes["b"])


@pytest.mark.parametrize("adapted", [False, True])
def test_the_policy_is_left_as_it_was(rows, adapted):
    """With a fresh adapter or with its own, and in the mode that it was in."""
    policy = tiny_policy()
    if adapted:
        torch.manual_seed(1)
        policy = get_peft_model(policy, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    names = [(name, weight.requires_grad) for name, weight in policy.named_parameters()]
    before = [weight.detach().clone() for weight in policy.parameters()]

    preview(rows, policy.train())

    assert [(name, weight.requires_grad) for name, weight in policy.named_parameters()] == names
    assert all(torch.equal(a, b) for a, b in zip(before, policy.parameters(), strict=True))
    assert policy.training
    assert all(weight.grad is None for weight in policy.parameters())


def test_progress_is_told_and_can_stop_it(rows):
    """After every part; what the reader raises ends the work, and the policy is whole."""
    told = []
    preview(rows, report=lambda done, planned: told.append((done, planned)))

    policy = tiny_policy()
    before = [weight.detach().clone() for weight in policy.parameters()]

    def stop(done, planned):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        preview(rows, policy, report=stop)
    assert told == [(part, 5) for part in range(1, 6)]
    assert all(torch.equal(a, b) for a, b in zip(before, policy.parameters(), strict=True))


def test_nothing_to_step_on_is_refused():
    """In one line."""
    with pytest.raises(InputError, match="at least one response"):
        preview([])
