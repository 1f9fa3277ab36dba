import pytest
from transformers import AutoTokenizer

from ospo_core.bench import texts
from ospo_core.bench.causal_workload import CausalWorkload
from ospo_core.bench.encoder_workload import EncoderWorkload
from ospo_core.bench.workload import Workload
from ospo_core.bench.workloads import WORKLOADS
from ospo_core.models.bundled_language_model import bundled_language_model

FIELDS = {
    "workload",
    "contender",
    "evaluations",
    "seconds",
    "evaluations_per_second",
    "forward_tokens",
    "spread",
    "repeats",
}
SHORT = "Give her 240 mg every six hours, and plenty of water."


@pytest.fixture(scope="module")
def encoder():
    workload = EncoderWorkload(text=SHORT, short_text="Give her 240 mg.", budget=48)
    return workload.measure(1, lambda what, done, steps: None)


@pytest.fixture(scope="module")
def causal():
    workload = CausalWorkload(prompt="May the tenant leave early? " * 10, text=SHORT, budget=12)
    return {row["contender"]: row for row in workload.measure(1, lambda what, done, steps: None).rows}


def test_the_texts_are_as_long_as_the_tables_say():
    """60, 12 and 40 words."""
    lengths = [len(text.split()) for text in (texts.ANSWER, texts.SHORT_ANSWER, texts.LEASE_ANSWER)]

    assert lengths == [60, 12, 40]


@pytest.mark.slow
def test_the_prompt_is_of_400_tokens():
    """In the chat template of the model that reads it, to within a few."""
    tokenizer = AutoTokenizer.from_pretrained(bundled_language_model())

    written = tokenizer.apply_chat_template(
        [{"role": "user", "content": texts.LEASE_PROMPT}], add_generation_prompt=True, tokenize=False
    )

    assert 395 <= len(tokenizer(written)["input_ids"]) <= 405


def test_there_are_three_workloads():
    """Each is one, and is asked for by its name."""
    assert [workload.name for workload in WORKLOADS] == ["encoder", "causal", "accuracy"]
    assert all(isinstance(workload, Workload) for workload in WORKLOADS)


@pytest.mark.slow
def test_the_encoder_has_seven_contenders(encoder):
    """In a fixed order, each with all the figures."""
    assert [row["contender"] for row in encoder.rows] == [
        "ospo",
        "bare_forward",
        "shap_default",
        "shap_batch_64",
        "shap_on_our_encoder",
        "captum_shapley_sampling",
        "one_by_one",
    ]
    assert all(set(row) == FIELDS for row in encoder.rows)
    assert encoder.absent == ()


@pytest.mark.slow
def test_the_bare_loop_and_one_by_one_read_what_ours_reads(encoder):
    """The same evaluations, the same tokens."""
    ours, bare, *_, one = ((row["evaluations"], row["forward_tokens"]) for row in encoder.rows)

    assert ours == bare == one


@pytest.mark.slow
def test_the_encoder_says_how_soon_each_is_near(encoder):
    """Ours, SHAP and captum, in a second table."""
    assert len(encoder.more["seconds_to_error"]) == len(encoder.sheets[1].lines) == 3


@pytest.mark.slow
def test_the_prompt_is_read_in_every_run_of_ours_and_once(causal):
    """The others read it with every text; without it all read the same tokens."""
    ours, batched = causal["ospo"], causal["whole_texts_batched"]

    whole_prompt = (batched["forward_tokens"] - ours["forward_tokens"]) / (ours["evaluations"] - 1)

    assert list(causal) == ["ospo", "whole_texts_batched", "one_by_one"]
    assert len({row["evaluations"] for row in causal.values()}) == 1
    assert causal["one_by_one"]["forward_tokens"] == batched["forward_tokens"]
    assert whole_prompt == pytest.approx(90, abs=10)
