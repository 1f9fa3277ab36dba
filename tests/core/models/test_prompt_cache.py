import numpy as np
import pytest
from transformers import AutoModelForCausalLM

from ospo_core.models.metering import metering
from ospo_core.models.prompt_cache import PromptCache
from ospo_core.models.shared_batches import SharedBatches

TOKENS = 40


@pytest.fixture
def model(tiny):
    return AutoModelForCausalLM.from_pretrained(tiny / "llama-speaks").eval().base_model


def prompt(number):
    return np.full(TOKENS, number + 3, dtype=np.int64)


def cost(cache, number):
    with metering() as meter:
        cache.read(prompt(number))
    return meter.forward_tokens


def cache_of(model, most_bytes):
    return PromptCache(model, SharedBatches(lambda contents, width: contents).turn, most_bytes)


def test_prompts_that_fit_are_computed_once_each(model):
    """Callers with prompts of their own do not drive each other out."""
    cache = cache_of(model, 2**20)

    assert [cost(cache, number) for number in (0, 1, 2, 0, 1, 2)] == [TOKENS] * 3 + [0] * 3


def test_the_one_unused_for_longest_goes_first(model):
    """With room for two, the one read again stays."""
    one = sum(tensor.nbytes for layer in cache_of(model, 0).read(prompt(0)) for tensor in layer)
    cache = cache_of(model, 2 * one)

    assert [cost(cache, number) for number in (0, 1, 0, 2, 0, 1)] == [TOKENS, TOKENS, 0, TOKENS, 0, TOKENS]


def test_a_prompt_above_the_limit_is_kept_alone(model):
    """Its many answers still share it."""
    cache = cache_of(model, 1)

    assert [cost(cache, number) for number in (0, 0, 1, 0)] == [TOKENS, 0, TOKENS, TOKENS]
