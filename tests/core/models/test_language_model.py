"""Log-probabilities of an ending against transformers alone, one whole text at a time."""

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from ospo_core.errors import SettingsError
from ospo_core.models.ending_scorer import EndingScorer
from ospo_core.models.language_model import load_language_model
from ospo_core.models.metering import metering
from tests.core.models.tiny_models import SPEAKERS

PROMPT = "How much? " * 12
ENDING = "Take 400 mg of ibuprofen."
CONTEXTS = ["", "a kettle", "🙂 服用", "water " * 40, "<|end|>"]


@pytest.fixture(params=SPEAKERS)
def model(request, tiny):
    return load_language_model(request.param, tiny)


@pytest.fixture
def plain(tiny):
    """Log-probability of every token of the whole text; those after the context are averaged."""

    def score(name, context):
        tokenizer = AutoTokenizer.from_pretrained(tiny / name)
        model = AutoModelForCausalLM.from_pretrained(tiny / name).eval()
        known, whole = (tokenizer(BEFORE[name] + text).input_ids for text in (context, context + ENDING))
        assert whole[: len(known)] == known
        with torch.inference_mode():
            logs = model(torch.tensor([whole])).logits[0].double().log_softmax(dim=1)
        return np.mean([logs[place - 1, whole[place]].item() for place in range(len(known), len(whole))])

    return score


BEFORE = {
    "llama-speaks": f"<|start|>user\n{PROMPT.strip()}<|end|>\n<|start|>assistant\n",
    "qwen2-speaks": f"{PROMPT}\n\n",
}


def likely(model, *contexts, prompt=PROMPT):
    answers = [f"{context}\n\n{ENDING}".lstrip() for context in contexts]
    return model.mean_log_probabilities([prompt] * len(contexts), answers, ENDING)


def test_it_is_a_scorer_in_the_sense_of_its_protocol(model):
    """Rewards ask for the protocol, and the model has all of it."""
    assert isinstance(model, EndingScorer)


def test_likelihoods_equal_those_of_whole_texts(model, plain):
    """Cached prompt, sorting, padding and reading few logits are not seen in the numbers."""
    name = model.identity["model"]
    expected = [plain(name, f"{context}\n\n".lstrip()) for context in CONTEXTS]

    np.testing.assert_allclose(likely(model, *CONTEXTS), expected, atol=1e-5, rtol=0)


def test_likelihoods_do_not_depend_on_batch_mates(model):
    """Alone or among others, an answer has one likelihood."""
    together = likely(model, *CONTEXTS)

    alone = np.concatenate([likely(model, context) for context in CONTEXTS])

    np.testing.assert_allclose(alone, together, atol=1e-5, rtol=0)


def test_only_what_follows_the_prompt_is_computed_again(model):
    """The meter counts the prompt's tokens in the first call and in no later one."""
    prompt = "Never asked before? " * 12
    with metering() as first:
        likely(model, "a kettle", prompt=prompt)
    likely(model, "a kettle", prompt="another prompt")
    with metering() as second:
        likely(model, "a kettle", prompt=prompt)

    assert 0 < second.forward_tokens < 60 < first.forward_tokens - second.forward_tokens


def test_what_answers_begin_with_alike_is_computed_once(tiny):
    """Of two answers that part at their end, the second costs its end only."""
    model = load_language_model("llama-speaks", tiny)
    likely(model, "a kettle")
    with metering() as alone:
        likely(model, "water " * 40 + "now")
    with metering() as both:
        likely(model, "water " * 40 + "now", "water " * 40 + "quickly")

    assert both.forward_tokens < 1.5 * alone.forward_tokens


def test_a_model_that_forgets_reads_every_answer_by_itself(tiny):
    """With a window of attention of its own it would not take our word for what a token sees."""
    model = load_language_model("qwen2-speaks", tiny)
    likely(model, "a kettle")
    with metering() as alone:
        likely(model, "water " * 40 + "now")
    with metering() as both:
        likely(model, "water " * 40 + "now", "water " * 40 + "quickly")

    assert both.forward_tokens > 1.9 * alone.forward_tokens


def test_a_classifier_is_no_language_model(tiny):
    """A model that looks both ways has no probability of a next token."""
    with pytest.raises(SettingsError, match="model bert is not a causal language model"):
        load_language_model("bert", tiny)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device: pinned copies and bfloat16")
def test_likelihoods_on_a_gpu_are_those_of_its_precision(model, plain):
    """To what bfloat16 can tell, the numbers are those of the CPU."""
    expected = [plain(model.identity["model"], f"{context}\n\n".lstrip()) for context in CONTEXTS]

    np.testing.assert_allclose(likely(model, *CONTEXTS), expected, atol=0.2, rtol=0.1)
