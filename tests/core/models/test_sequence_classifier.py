"""Three kinds of reward models against transformers alone, one text at a time, without padding or cache."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from ospo_core.errors import ModelMissing, SettingsError, TextError
from ospo_core.models.metering import metering
from ospo_core.models.pair_scorer import PairScorer
from ospo_core.models.sequence_classifier import load_classifier
from ospo_core.text.spans import Span
from tests.core.models.tiny_models import CLASSIFIERS

LABEL = {"llama": None, "qwen2": None, "bert": "right"}
PROMPT = "How much? " * 12
ANSWERS = ["Take 400 mg of ibuprofen.", "", " indented", "🙂 服用", "<|end|>", "water " * 40, "a kettle", "\n\nkettle"]


@pytest.fixture(params=CLASSIFIERS)
def model(request, tiny):
    return load_classifier(request.param, LABEL[request.param], tiny)


@pytest.fixture(params=["llama", "qwen2"])
def causal(request, tiny):
    return load_classifier(request.param, None, tiny)


@pytest.fixture
def plain(tiny):
    """The whole text through the whole model; the last token is the last one there is."""

    def score(name, prompt, answer):
        tokenizer = AutoTokenizer.from_pretrained(tiny / name)
        model = AutoModelForSequenceClassification.from_pretrained(tiny / name).eval()
        inputs = INPUTS[name](tokenizer, prompt, answer)
        model.config.pad_token_id = None if name != "bert" else 0
        with torch.inference_mode():
            logits = model(**inputs).logits[0].double()
        return READ[name](logits).item()

    return score


def _chat(tokenizer, prompt, answer):
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return tokenizer.apply_chat_template(turns, tokenize=True, return_tensors="pt", return_dict=True)


INPUTS = {
    "llama": _chat,
    "qwen2": lambda tokenizer, prompt, answer: tokenizer(f"{prompt}\n\n{answer}", return_tensors="pt"),
    "bert": lambda tokenizer, prompt, answer: tokenizer([prompt], [answer], return_tensors="pt"),
}
READ = {
    "llama": lambda logits: logits[0],
    "qwen2": lambda logits: logits[0],
    "bert": lambda logits: logits.log_softmax(dim=0)[2],
}


def score(model, *answers, prompt=PROMPT, hidden=None):
    return model.scores([prompt] * len(answers), answers, hidden)


def test_it_is_a_scorer_in_the_sense_of_its_protocol(model):
    """Rewards ask for the protocol, and the model has all of it."""
    assert isinstance(model, PairScorer)


def test_scores_equal_those_of_whole_texts(model, plain):
    """Cached prompt, sorting, padding and masks are not seen in the numbers, whatever the kind of model."""
    expected = [plain(model.identity["model"], PROMPT, answer) for answer in ANSWERS]

    np.testing.assert_allclose(score(model, *ANSWERS), expected, atol=1e-5, rtol=0)


def test_scores_do_not_depend_on_batch_mates(model):
    """Alone or among others of any prompt, a pair has one score."""
    prompts = [PROMPT, "", "Boil it", *[PROMPT] * 5]

    together = model.scores(prompts, ANSWERS)

    alone = [model.scores([prompt], [answer])[0] for prompt, answer in zip(prompts, ANSWERS, strict=True)]
    np.testing.assert_allclose(alone, together, atol=1e-5, rtol=0)


def test_a_prompt_is_computed_once(causal):
    """Of a later call with the same prompt only the answers' ends are paid for; of equal answers one."""
    prompt = "Never asked before? " * 12
    with metering() as first:
        score(causal, "Take 400 mg", "Take 400 mg", prompt=prompt)
    score(causal, "a kettle", prompt="another prompt")
    with metering() as second:
        score(causal, "Take 400 mg", prompt=prompt)

    assert second.forward_tokens < 20 < len(prompt) / 4 < first.forward_tokens - second.forward_tokens


def test_what_is_hidden_cannot_be_told_apart(model):
    """Answers that differ only in a hidden stretch of one token each score the same, also where it comes last."""
    answers = ["boils the water", "boils the water", "boils a water"]
    words = [Span(6, 9), Span(6, 9), Span(6, 7)]

    seen, _, _ = score(model, *answers, hidden=[[], [words[1]], [words[2]]])
    shown = score(model, "kettle 1", "kettle 2", hidden=[[Span(7, 8)], [Span(7, 8)]])

    assert shown[0] == pytest.approx(shown[1], abs=1e-6)
    assert abs(seen - score(model, answers[0], hidden=[[words[0]]])[0]) > 1e-4


def test_an_answer_hidden_from_end_to_end_has_a_score(model):
    """Nothing of it is seen, and the number is finite.

    The bound is that of all scores. Two rows of one small batch can differ by rounding of the matrix products, a few
    1e-6 with two threads, even where they hold the very same tokens.
    """
    one, other = score(model, "kettle 1", "kettle 2", hidden=[[Span(0, 8)], [Span(0, 8)]], prompt="")

    assert np.isfinite(one)
    assert one == pytest.approx(other, abs=1e-5)


def test_hidden_spans_follow_what_a_template_trims(tiny):
    """The template takes the spaces before an answer; its spans still mean the same words."""
    model = load_classifier("llama", None, tiny)

    trimmed, bare = score(model, "   kettle 1", "kettle 1", hidden=[[Span(10, 11)], [Span(7, 8)]])

    assert trimmed == pytest.approx(bare, abs=1e-6)


def test_a_text_longer_than_the_model_reads_is_refused(tiny, tmp_path):
    """Half a text would have another worth; the error says which, how long both are, and not what they say."""
    (tmp_path / "short").mkdir()
    for file in (tiny / "bert").iterdir():
        (tmp_path / "short" / file.name).write_bytes(file.read_bytes())
    config = tmp_path / "short" / "tokenizer_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "model_max_length": 16}))
    model = load_classifier("short", "right", tmp_path)

    with pytest.raises(TextError, match=r"^response 2: .* have \d+ tokens together, and the model reads 16"):
        score(model, "a", "a", "water " * 40, prompt="")


@pytest.mark.parametrize(
    ("label", "said"),
    [(None, "3 labels; choose one by `label`: wrong, unclear, right"), ("good", "no label 'good'; its labels are")],
)
def test_a_label_must_be_chosen_where_there_are_several(tiny, label, said):
    """The labels there are stand in the error."""
    with pytest.raises(SettingsError, match=said):
        load_classifier("bert", label, tiny)


def test_a_label_goes_by_name_or_number(tiny):
    """Both are the same reward."""
    assert load_classifier("bert", "2", tiny).identity == load_classifier("bert", "right", tiny).identity


def test_pickled_weights_are_not_read(tiny, tmp_path):
    """A folder with other weights than safetensors is refused before anything of it is opened."""
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "config.json").write_bytes((tiny / "llama" / "config.json").read_bytes())
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"not even a pickle")

    with pytest.raises(ModelMissing, match=r"model pickled has no \*.safetensors"):
        load_classifier("pickled", None, tmp_path)


def test_threads_share_one_model(causal, tiny):
    """One model in memory, and scores that are right whoever else is scoring other prompts."""
    name = causal.identity["model"]
    prompts = [f"prompt {number} " * 5 for number in range(8)]
    expected = [score(causal, *ANSWERS, prompt=prompt) for prompt in prompts]

    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: load_classifier(name, None, tiny), range(4)))
        found = list(pool.map(lambda prompt: score(causal, *ANSWERS, prompt=prompt), prompts))

    assert all(one.model is causal.model for one in models)
    np.testing.assert_allclose(found, expected, atol=1e-5, rtol=0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device: pinned copies and bfloat16")
def test_scores_on_a_gpu_are_those_of_its_precision(model, plain):
    """To what bfloat16 can tell, the numbers are those of the CPU."""
    expected = [plain(model.identity["model"], PROMPT, answer) for answer in ANSWERS]

    np.testing.assert_allclose(score(model, *ANSWERS), expected, atol=0.2, rtol=0.1)
