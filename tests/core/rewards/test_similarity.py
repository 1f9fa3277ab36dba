import pytest

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.similarity import SimilarityReward
from ospo_core.rewards.window import WindowedReward
from ospo_core.text.spans import Span

REFERENCE = "Take 400 mg of ibuprofen with food."


@pytest.fixture(scope="module")
def reward(encoder):
    return SimilarityReward(reference=REFERENCE, encoder=encoder)


def score(reward, *responses):
    return reward.score([""] * len(responses), responses)


def test_the_reference_itself_scores_one(reward):
    """The cosine of a vector with itself."""
    assert score(reward, REFERENCE)[0] == pytest.approx(1, abs=1e-6)


def test_a_paraphrase_scores_above_another_subject(reward):
    """The real model knows what is alike; an empty response still has a score."""
    near, far, empty = score(reward, "Swallow ibuprofen 400 mg during a meal.", "The boat sails at noon.", "")

    assert near > 0.8 > 0.2 > far
    assert -1 <= empty < near


def test_a_hidden_word_no_longer_counts(reward):
    """Hiding the drug costs similarity, hiding nothing does not."""
    text = "Swallow ibuprofen 400 mg during a meal."

    all_seen, drug_hidden = reward.score_hidden(["", ""], [text, text], [[], [Span(8, 17)]])

    assert all_seen == pytest.approx(score(reward, text)[0], abs=1e-6)
    assert drug_hidden < all_seen - 0.05


def test_the_specification_says_all_that_decides_the_number(reward):
    """Reference, model, weights, window, precision."""
    assert reward.spec.kind == "similarity"
    assert set(reward.spec.settings) == {
        "reference", "reference_truncated", "model", "weights_sha256", "max_tokens", "precision",
    }  # fmt: skip
    assert reward.spec.settings["reference_truncated"] is False


def test_what_the_model_does_not_read_is_said(letters):
    """Of responses on request, of the reference in the specification."""
    letters.window = 5
    reward = SimilarityReward(reference="longer than five", encoder=letters)

    assert isinstance(reward, WindowedReward)
    assert reward.truncated(["short", "longer"]).tolist() == [False, True]
    assert reward.spec.settings["reference_truncated"] is True


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "similarity: reference is required"),
        ({"reference": " \n"}, "similarity: reference: the reference is empty; give the answer to compare with"),
        ({"reference": 5}, "similarity: reference: expected a valid string, got 5"),
        ({"refrence": "x"}, r"unknown setting 'refrence' \(did you mean 'reference'\?\); known here: reference, model"),
        ({"reference": ["x"] * 50, "model": ""}, "got a list; model: string should have at least 1 character, got ''"),
    ],
)
def test_wrong_settings_are_one_line(settings, said):
    """Every setting at fault is named, with what was expected and what was given."""
    with pytest.raises(SettingsError, match=said):
        build_reward("similarity", settings)


def test_a_model_that_is_not_there_is_said():
    """The name is repeated, with where it was looked for."""
    with pytest.raises(ModelMissing, match="model no/such/model is neither bundled"):
        build_reward("similarity", {"reference": "x", "model": "no/such/model"})
