import numpy as np
import pytest

from ospo_core.bench.seconds_to_error import Racer, arrivals, arrivals_sheet
from ospo_core.bench.short_answer import racers
from tests.core.bench.conftest import Letters

EXACT = np.array([3.0, 4.0])


@pytest.fixture
def racer():
    """Makes a racer of two players whose error at a budget is as told; it says that it made one evaluation fewer."""

    def make(error_at):
        def estimate(budget, seed):
            return EXACT * (1 + error_at(budget, seed)), budget - 1

        return Racer(contender="a", target="Shapley", exact=EXACT, estimator=estimate)

    return make


def test_the_first_budget_that_is_enough(racer, deaf):
    """Errors halve as evaluations double: 0.8, 0.4, 0.2 at 4, 8, 16 of two players."""
    (found,) = arrivals("letters", [racer(lambda budget, seed: 3.2 / budget)], 2, deaf)

    assert (found.reached, found.evaluations, found.repeats, found.players) == (True, 15, 2, 2)
    np.testing.assert_allclose(found.error, 0.2)


def test_the_error_is_the_mean_over_seeds(racer, deaf):
    """One lucky seed of two is not enough."""
    (found,) = arrivals("letters", [racer(lambda budget, seed: seed * 3.2 / budget)], 2, deaf)

    assert found.evaluations == 7
    np.testing.assert_allclose(found.error, 0.2)


def test_who_never_arrives_says_so(racer, deaf):
    """With the error at the largest budget, 32 evaluations a player."""
    found = arrivals("letters", [racer(lambda budget, seed: 0.5)], 1, deaf)

    assert (found[0].reached, found[0].evaluations, found[0].error) == (False, 63, 0.5)
    assert arrivals_sheet("letters", found).lines[0][3].startswith("not within ")


@pytest.mark.slow
def test_each_library_is_held_against_what_it_estimates(letters):
    """On an additive reward all three targets are the lengths of the words, and all arrive at once."""
    found = racers("How much?", "Give her 240 mg.", letters)

    assert [racer.contender for racer in found] == ["ospo", "shap_default", "captum_shapley_sampling"]
    for racer in found:
        np.testing.assert_allclose(racer.exact, [4, 3, 3, 2], atol=1e-9)
        credit, evaluations = racer.estimator(16, 0)
        np.testing.assert_allclose(credit, racer.exact, atol=1e-5)
        assert 5 <= evaluations <= 17


@pytest.mark.slow
def test_the_targets_differ_where_sentences_work_together():
    """Of three words that are worth nothing but together, the one with a sentence to itself gets half in a tree."""

    class Together(Letters):
        def score(self, prompts, responses):
            return np.array([float(all(word in text for word in ("Give", "drops", "now"))) for text in responses])

    found = {racer.contender: racer.exact for racer in racers("", "Give her six drops. Call me now.", Together())}

    np.testing.assert_allclose(found["captum_shapley_sampling"], np.array([1, 0, 0, 1, 0, 0, 1]) / 3, atol=1e-9)
    np.testing.assert_allclose(found["ospo"][-3:], [0, 0, 1 / 2], atol=1e-9)
