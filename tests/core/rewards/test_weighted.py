import numpy as np
import pytest

from ospo_core.errors import RewardError, SettingsError
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import MaskableReward, RewardSpec
from ospo_core.rewards.similarity import SimilarityReward
from ospo_core.rewards.weighted import Part, weighted_reward
from ospo_core.rewards.window import WindowedReward
from ospo_core.text.spans import Span


class Length:
    """Characters of the response; cannot be masked."""

    def __init__(self, dtype=np.float64):
        self.dtype = dtype

    @property
    def spec(self):
        return RewardSpec(kind="length")

    def score(self, prompts, responses):
        return np.array([len(response) for response in responses], dtype=self.dtype)


def test_the_sum_is_taken_with_the_weights():
    """2 times the length less half the length is one and a half lengths."""
    reward = weighted_reward([Part(weight=2.0, reward=Length()), Part(weight=-0.5, reward=Length())])

    assert reward.score(["", ""], ["ab", ""]).tolist() == [3, 0]


def test_a_sum_can_be_masked_when_all_its_parts_can(letters):
    """One part that cannot be masked is enough to say so by the type."""
    part = Part(weight=1.0, reward=SimilarityReward(reference="aab", encoder=letters))

    assert isinstance(weighted_reward([part, part]), MaskableReward)
    assert not isinstance(weighted_reward([part, Part(weight=1.0, reward=Length())]), MaskableReward)


def test_masked_scores_are_the_sum_of_the_parts_masked_scores(letters):
    """The hidden spans reach every part."""
    one = SimilarityReward(reference="aab", encoder=letters)
    two = SimilarityReward(reference="ccc", encoder=letters)
    reward = weighted_reward([Part(weight=1.0, reward=one), Part(weight=3.0, reward=two)])
    batch = ["", ""], ["aac", "aac"], [[Span(0, 2)], []]

    expected = one.score_hidden(*batch) + 3 * two.score_hidden(*batch)

    np.testing.assert_allclose(reward.score_hidden(*batch), expected, atol=1e-12)


def test_a_part_that_breaks_the_rules_is_named():
    """The error speaks of the part, not of the sum."""
    reward = weighted_reward([Part(weight=1.0, reward=Length(dtype=np.float32))])

    with pytest.raises(RewardError, match=r"reward 'length' must return a float64 array of shape \(1,\)"):
        reward.score([""], ["a"])


def test_the_window_of_any_part_counts(letters):
    """A response is truncated when some part does not read its end."""
    letters.window = 3
    part = Part(weight=1.0, reward=SimilarityReward(reference="aab", encoder=letters))
    reward = weighted_reward([Part(weight=1.0, reward=Length()), part])

    assert isinstance(reward, WindowedReward)
    assert reward.truncated(["abc", "abcd"]).tolist() == [False, True]


def test_parts_are_named_with_their_own_settings(shop):
    """Settings of a part stand beside its weight, paths start from the same folder, weights are 1 by default."""
    fact = {"name": "boots", "any_of": "boots"}
    search = {"reward": "retrieval", "catalogue": "shop.jsonl", "targets": ["tent"], "index": "lexical"}
    reward = build_reward(
        "weighted", {"parts": [{"reward": "rubric", "weight": 2, "facts": [fact]}, search]}, shop.parent
    )

    assert reward.score(["", ""], ["boots", "a tent"]).tolist() == [2, 1]
    assert [(part["kind"], part["weight"]) for part in reward.spec.settings["parts"]] == [
        ("rubric", 2),
        ("retrieval", 1),
    ]


def test_sums_may_be_nested():
    """A weighted sum is a reward like any other."""
    fact = {"reward": "rubric", "facts": [{"name": "a", "any_of": "a"}]}
    inner = {"reward": "weighted", "weight": 3, "parts": [fact, fact]}

    assert build_reward("weighted", {"parts": [inner, fact]}).score([""], ["a"]).tolist() == [7]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], "weighted: parts: tuple should have at least 1 item"),
        ([{"weight": 1}], "weighted: parts.0.reward is required"),
        ([{"reward": "rubrik"}], r"weighted: parts.0: no reward is called 'rubrik' \(did you mean 'rubric'\?\)"),
        ([{"reward": "similarity"}], "weighted: parts.0: similarity: reference is required"),
        ([{"reward": "rubric", "weight": "x"}], "weighted: parts.0.weight: expected a valid number"),
    ],
)
def test_a_wrong_part_is_named_by_its_number(parts, said):
    """One line, from the outside in."""
    with pytest.raises(SettingsError, match=said):
        build_reward("weighted", {"parts": parts})
