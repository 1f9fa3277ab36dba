import numpy as np
import pytest

from ospo_core.errors import SettingsError
from ospo_core.models.bundled import bundled_path
from ospo_core.models.bundled_language_model import bundled_language_model
from ospo_core.rewards.likelihood import LikelihoodReward
from ospo_core.rewards.registry import build_reward


class LetterCounts:
    """The more letters e before the ending, the likelier; keeps what it was asked."""

    identity = {"model": "letters"}  # noqa: RUF012 - read only

    def mean_log_probabilities(self, prompts, answers, ending):
        self.asked = list(zip(prompts, answers, strict=True)), ending
        return np.array([-1.0 / (1 + answer.count("e")) for answer in answers])


def test_the_reference_follows_the_response():
    """Prompt, response, separator and reference, in this order; the empty response too."""
    model = LetterCounts()
    reward = LikelihoodReward(reference="Two.", separator="\nSo: ", model=model)

    found = reward.score(["How many?", "How many?"], ["eee", ""])

    assert model.asked == ([("How many?", "eee\nSo: Two."), ("How many?", "\nSo: Two.")], "Two.")
    assert found.tolist() == [-0.25, -1.0]


def test_the_specification_says_all_that_decides_the_number():
    """The reference, the separator and what the model says of itself."""
    reward = LikelihoodReward(reference="Two.", separator="\n", model=LetterCounts())

    assert reward.spec.as_json()["settings"] == {"reference": "Two.", "separator": "\n", "model": "letters"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "likelihood: reference is required"),
        ({"reference": " \n"}, "likelihood: reference: the reference is empty; give the answer"),
        ({"reference": "x", "separator": ""}, "separator: string should have at least 1 character"),
    ],
)
def test_wrong_settings_are_one_line(settings, said):
    """Every setting at fault is named, with what was expected."""
    with pytest.raises(SettingsError, match=said):
        build_reward("likelihood", settings)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    """The bundled model, converted once for this module, in a cache of its own."""
    from ospo_core.models.language_model import load_language_model

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSPO_CACHE_DIR", str(tmp_path_factory.mktemp("bundled")))
        yield load_language_model("SmolLM2-135M-Instruct")


@pytest.mark.slow
def test_a_response_that_holds_the_answer_makes_it_likelier(bundled):
    """The bundled model can read: the right fact above nothing, and above the wrong one."""
    reward = LikelihoodReward(reference="The capital is Lyra.", separator="\n\nAnswer: ", model=bundled)
    responses = ["Lyra has been the capital for ages.", "", "Mora has been the capital for ages."]

    right, nothing, wrong = reward.score(["What is the capital of Veldt?"] * 3, responses)

    assert right > wrong + 0.1
    assert right > nothing + 0.1
    assert max(right, nothing, wrong) < 0


@pytest.mark.slow
def test_the_bundled_model_is_the_file_it_comes_in(bundled):
    """What was converted and read again are the weights of the GGUF file, bit for bit; oneDNN's products only round."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    gguf = bundled_path("SmolLM2-135M-Instruct")
    config = AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    model.load_state_dict(
        load_gguf_checkpoint(str(gguf), return_tensors=True, model_to_load=model)["tensors"], strict=False
    )
    ids = torch.arange(1, 40)[None]

    stored = AutoModelForCausalLM.from_pretrained(bundled_language_model()).eval()

    with torch.inference_mode():
        laid_out = bundled._head(bundled._scorer._backbone(ids).last_hidden_state)
        found, expected = stored(ids).logits, model(ids).logits

    assert torch.equal(found, expected)
    # 32 bits through thirty layers: 0.0023 was seen, of logits up to 30.
    torch.testing.assert_close(laid_out, expected, atol=5e-3, rtol=0)
