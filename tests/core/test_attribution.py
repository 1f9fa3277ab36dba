"""The Python front door: `attribute` and `compare` on a reward with real logic and no model."""

import numpy as np
import pytest

import ospo_core
from ospo_core import Options, RewardError, RewardSpec, TextError, attribute, compare
from ospo_core.estimators.methods import StoppedTooEarly

TEXT = "Give 240 mg every six hours. Offer plenty of fluids, and call a doctor if she gets worse."


class CountsWords:
    """1 for each of two words, and -1 where both stand together: a small game with an interaction."""

    spec = RewardSpec(kind="words", settings={"first": "fluids", "second": "doctor"})

    def score(self, prompts, responses):
        def worth(text):
            first, second = "fluids" in text, "doctor" in text
            return first + second - 0.5 * (first and second)

        return np.array([worth(response) for response in responses], dtype=np.float64)


class StopsAfter:
    def __init__(self, calls):
        self.left = calls

    def on_progress(self, done, planned):
        self.left -= 1

    def should_stop(self):
        return self.left <= 0


def by_word(attribution):
    words = [span.of(TEXT).strip() for span in attribution.hierarchy.players]
    return dict(zip(words, attribution.estimate.credit, strict=True))


@pytest.mark.slow
def test_credit_goes_to_the_words_that_earn_it():
    """Each of the two earns 0.75: its own 1 and half of the shared penalty."""
    credit = by_word(attribute("", TEXT, CountsWords(), Options(budget=100_000)))

    assert credit["fluids,"] == pytest.approx(0.75)
    assert credit["doctor"] == pytest.approx(0.75)
    assert sum(abs(value) for value in credit.values()) == pytest.approx(1.5)


def test_auto_is_exact_when_it_fits_and_says_so():
    """The same call under a small budget is an estimate, and gives the reason."""
    exact = attribute("", TEXT, CountsWords(), Options(budget=100_000))
    estimated = attribute("", TEXT, CountsWords(), Options(budget=80))

    assert exact.estimate.exact
    assert "fit the budget" in exact.findings.reason
    assert not estimated.estimate.exact
    assert f"exact needs {exact.consistent_coalitions:,}" in estimated.findings.reason
    assert estimated.cost.evaluations_distinct <= 80


def test_both_ends_are_measured():
    """v(nothing) is the reward of the empty response, never assumed."""
    found = attribute("", TEXT, CountsWords(), Options(budget=80))

    assert (found.baseline, found.reward) == (0.0, 1.5)
    assert abs(found.efficiency_residual) < 1e-9


def test_stopping_keeps_a_partial_estimate():
    """Marked as partial, still efficient, on what had been evaluated; the reason says how far it came."""
    found = attribute("", TEXT, CountsWords(), Options(budget=100_000), watch=StopsAfter(2))

    assert found.findings.partial
    assert "stopped at" in found.findings.reason
    assert abs(found.efficiency_residual) < 1e-9
    assert 0 < found.cost.evaluations_distinct < found.consistent_coalitions


def test_stopping_before_anything_is_known_is_said():
    """No estimate is made up."""
    with pytest.raises(StoppedTooEarly, match="nothing to keep"):
        attribute("", TEXT, CountsWords(), watch=StopsAfter(0))


def test_a_reward_that_fails_names_the_text():
    """The index and the text are attributes; the message does not repeat the text."""

    class Fails(CountsWords):
        def score(self, prompts, responses):
            return np.array([np.nan if "240" in response else 1.0 for response in responses])

    with pytest.raises(RewardError) as caught:
        attribute("", TEXT, Fails())

    assert "240" in (caught.value.text or "")
    assert "240" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "a\x00b", "a\ud800b"])
def test_texts_that_are_none_are_refused(text):
    """Empty, with a NUL, with half of a surrogate pair."""
    with pytest.raises(TextError):
        attribute("", text, CountsWords())


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧 fluids 🇫🇷", "fluids", " \n ", "مرحبا doctor", "你好。fluids", "e\u0301 fluids"]
)
def test_any_script_can_be_explained(text):
    """Tokens join to the text and credit sums to the reward in every script, and for white space alone."""
    found = attribute("", text, CountsWords(), Options(players="token"))

    assert "".join(span.of(text) for span in found.hierarchy.tokens) == text
    assert abs(found.efficiency_residual) < 1e-9


def test_a_group_is_compared():
    """Flat advantages have mean 0, token advantages sum to T A, and the winner is pushed up."""
    group = [TEXT, "Offer fluids.", "No idea at all."]

    found = compare("", group, CountsWords(), options=Options(budget=400))

    assert sum(found.flat) == pytest.approx(0, abs=1e-12)
    assert found.conservation_error < 1e-6
    assert sum(found.advantages[0]) > 0 > sum(found.advantages[2])


def test_stopping_a_comparison_keeps_every_reward():
    """Responses that were not reached are marked partial, their credit split evenly, and the sums still hold."""
    found = compare("", [TEXT, TEXT + " Now."], CountsWords(), options=Options(budget=400), watch=StopsAfter(3))

    assert found.attributions[1].findings.partial
    assert found.attributions[1].estimate.name == "even-split"
    assert found.conservation_error < 1e-6


def test_the_notebook_view_is_html():
    """Both results draw themselves in a notebook, with the text inside a frame of its own."""
    for result in (attribute("", TEXT, CountsWords()), compare("", [TEXT, "No."], CountsWords())):
        assert "<iframe" in result._repr_html_()


def test_the_public_names():
    """What `from ospo_core import ...` offers; a removal is a breaking change."""
    assert set(ospo_core.__all__) >= {"attribute", "compare", "Options", "Redistribution", "Clip", "build_reward"}
    assert all(hasattr(ospo_core, name) for name in ospo_core.__all__)


def test_a_response_beyond_the_window_is_said():
    """A reward that reads only the beginning says so of a long response, and the result carries it."""

    class ReadsTenCharacters(CountsWords):
        def truncated(self, responses):
            return np.array([len(response) > 10 for response in responses])

    assert not attribute("", TEXT, ReadsTenCharacters()).reads_to_the_end
    assert attribute("", "fluids", ReadsTenCharacters()).reads_to_the_end
    assert attribute("", TEXT, CountsWords()).reads_to_the_end
