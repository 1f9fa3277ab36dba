"""Groups: what they cost, what is refused before the work starts, and one explained response among its peers."""

import math

import numpy as np
import pytest

from ospo_core import BudgetTooSmall, InputError, Options, RewardSpec, SettingsError, TextError, attribute, compare
from ospo_core.comparison import Clip, Redistribution, place_in_group, score_peers
from ospo_core.documents import explain_document, group_place

TEXT = "Give 240 mg. Offer fluids."
GROUP = ["No idea.", TEXT, "Drink fluids.", TEXT, "No idea."]


class Counting:
    """One point for each of two words, and every text it was asked for, in order."""

    spec = RewardSpec(kind="counting")

    def __init__(self):
        self.asked = []

    def score(self, prompts, responses):
        self.asked += responses
        return np.array([("fluids" in text) + ("240" in text) for text in responses], dtype=np.float64)


class StopsAt:
    """Asks to stop from the given look on."""

    def __init__(self, look):
        self.left = look

    def on_progress(self, done, planned):
        pass

    def should_stop(self):
        self.left -= 1
        return self.left < 0


def test_a_place_among_peers_asks_for_nothing_twice():
    """The explained response is not scored with its group, and a text that stands there twice is scored once."""
    reward = Counting()

    peers = score_peers("", GROUP, 1, reward)
    attribution = attribute("", TEXT, reward)

    assert len(reward.asked) == len(set(reward.asked)) == 2 + attribution.cost.evaluations_distinct
    assert peers.rewards(attribution.reward) == (0.0, 2.0, 1.0, 2.0, 0.0)


def test_the_cost_of_the_peers_stands_in_the_group():
    """Beside that of the credit, which its budget limits."""
    reward = Counting()
    peers = score_peers("", GROUP, 1, reward)
    attribution = attribute("", TEXT, reward, Options(budget=30))

    document = explain_document(attribution, group_place(place_in_group(attribution, peers), peers))

    assert document["group"]["cost"]["evaluations_distinct"] == 2
    assert document["group"]["cost"]["evaluations_requested"] == 4
    assert document["cost"]["evaluations_distinct"] == len(reward.asked) - 2 <= 30


def test_a_place_among_peers_is_the_one_that_a_comparison_gives():
    """Same mean, spread and token advantages as when every member is explained."""
    reward = Counting()
    whole = compare("", GROUP, reward)

    alone = place_in_group(attribute("", TEXT, reward), score_peers("", GROUP, 1, reward))

    assert (alone.mean, alone.std) == (whole.mean, whole.std)
    np.testing.assert_allclose(alone.advantages[0], whole.advantages[1], atol=1e-12)


def test_prefixes_are_in_the_cost_and_in_the_budget():
    """The rule that scores every prefix counts them with the credit, all of it under the ceiling."""
    reward = Counting()

    found = compare("", [TEXT, "Offer fluids."], reward, Redistribution(rule="prefix"), Options(budget=40))

    distinct = [attribution.cost.evaluations_distinct for attribution in found.attributions]
    assert sum(distinct) == len(reward.asked)
    assert max(distinct) <= 40


@pytest.mark.parametrize("budget", [3, 11])
def test_a_budget_for_prefixes_says_what_both_parts_need(budget):
    """Whether it was the prefixes or the credit that did not fit; what it asks for is enough."""
    with pytest.raises(BudgetTooSmall, match="for the prefixes") as short:
        compare("", [TEXT, "Fluids."], Counting(), Redistribution(rule="prefix"), Options(budget=budget))

    found = compare(
        "", [TEXT, "Fluids."], Counting(), Redistribution(rule="prefix"), Options(budget=short.value.needed)
    )

    assert found.attributions[0].cost.evaluations_distinct <= short.value.needed


def test_a_stopped_comparison_counts_what_it_did():
    """The two ends of every response that was not reached, and nothing twice in the books."""
    reward = Counting()

    found = compare("", [TEXT, "Offer fluids."], reward, watch=StopsAt(0))

    assert [attribution.cost.evaluations_distinct for attribution in found.attributions] == [2, 2]
    assert len(reward.asked) == 4


def test_a_group_of_none_one_or_too_many_is_refused():
    """An advantage is a distance from the others: one alone has none."""
    for group in ([], [TEXT], [TEXT] * 65):
        with pytest.raises(InputError, match=f"2 to 64 responses, got {len(group)}"):
            compare("", group, Counting())
    with pytest.raises(InputError, match="2 to 64 responses, got 1"):
        score_peers("", [TEXT], 0, Counting())


def test_a_bad_response_is_told_before_the_first_is_measured():
    """By its number."""
    reward = Counting()

    with pytest.raises(TextError, match="response 3 of the group: the response is empty"):
        compare("", [TEXT, "Offer fluids.", ""], reward)

    assert reward.asked == []


@pytest.mark.parametrize("bound", [0.0, -1.0, math.nan, math.inf])
def test_a_clip_bound_is_a_finite_number_above_zero(bound):
    """The value stands in the error."""
    with pytest.raises(SettingsError, match=f"got {bound}"):
        Clip(bound=bound)
