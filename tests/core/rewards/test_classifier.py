import subprocess
import sys

import pytest

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.rewards.classifier import ClassifierReward
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import MaskableReward
from ospo_core.text.spans import Span
from tests.core.models.tiny_models import write_tiny_models


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_models(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def reward(folder):
    return build_reward("classifier", {"model": "llama"}, folder)


def test_a_relative_folder_starts_where_the_settings_lie(reward):
    """The model beside a YAML file is found, and goes by its folder's own name."""
    assert isinstance(reward, ClassifierReward)
    assert reward.spec.settings["model"] == "llama"


def test_it_reads_the_prompt(reward):
    """One response to two prompts has two scores."""
    one, other = reward.score(["How much?", "Which drug?"], ["Take 400 mg.", "Take 400 mg."])

    assert abs(one - other) > 1e-3


def test_parts_of_a_response_can_be_hidden(reward):
    """Hiding a word changes the score, and hiding nothing does not."""
    prompts, responses = ["How much?"] * 2, ["Take 400 mg."] * 2

    shown, blind = reward.score_hidden(prompts, responses, [[], [Span(5, 8)]])

    assert isinstance(reward, MaskableReward)
    assert shown == pytest.approx(reward.score(prompts, responses)[0], abs=1e-6)
    assert abs(blind - shown) > 1e-3


def test_the_specification_says_all_that_decides_the_number(reward):
    """Model, weights, precision, window, how texts are joined, label and what is read off it."""
    assert reward.spec.kind == "classifier"
    assert set(reward.spec.settings) == {
        "model", "weights_sha256", "precision", "max_tokens", "layout", "label", "reading",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "classifier: model is required"),
        ({"model": "bert"}, "the model has 3 labels; choose one by `label`: wrong, unclear, right"),
        ({"model": "llama", "labels": "x"}, r"unknown setting 'labels' \(did you mean 'label'\?\)"),
    ],
)
def test_wrong_settings_are_one_line(folder, settings, said):
    """What is wrong is said with what there is."""
    with pytest.raises(SettingsError, match=said):
        build_reward("classifier", settings, folder)


def test_a_model_that_is_not_there_is_said():
    """The name is repeated, with where it was looked for."""
    with pytest.raises(ModelMissing, match="model no/such/model is not a local folder and could not be fetched"):
        build_reward("classifier", {"model": "no/such/model"})


def test_listing_the_kinds_loads_no_torch():
    """Only who uses a model waits for its library."""
    code = (
        "import sys; from ospo_core.rewards.registry import reward_kinds; reward_kinds(); print('torch' in sys.modules)"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "False"
