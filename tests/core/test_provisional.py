"""What a run shows while it works: provisional results that change nothing of the final one."""

import numpy as np
import pytest

from ospo_core import Options, RewardSpec, attribute, compare, compare_document, explain_document
from ospo_core.comparison import Redistribution
from ospo_core.games.ledger import EstimateWatch

TEXT = "Give 240 mg every six hours. Offer plenty of fluids, and call a doctor if she gets worse."
GROUP = [TEXT, "Give 500 mg. Offer no fluids at all, please.", "Ask a doctor. She knows best."]


class CountsWords:
    """A point for each of two words, less where both stand together, and a little for length."""

    spec = RewardSpec(kind="words")

    def score(self, prompts, responses):
        def worth(text):
            first, second = "fluids" in text, "doctor" in text
            return first + second - 0.5 * (first and second) + np.tanh(len(text) / 50)

        return np.array([worth(response) for response in responses], dtype=np.float64)


class Looks:
    """Wants to see every estimate that there is."""

    def __init__(self):
        self.seen = []

    def on_progress(self, done, planned):
        pass

    def should_stop(self):
        return False

    def wants_estimate(self):
        return True

    def on_estimate(self, found):
        self.seen.append(found)


def timeless(document):
    """The document without its times."""
    for one in document.get("responses", [document]):
        one["cost"]["seconds"] = 0
    return document


@pytest.mark.parametrize(
    ("method", "budget"),
    [
        ("exact", 100_000),
        pytest.param("auto", 160, marks=pytest.mark.slow),
        pytest.param("permutation", 400, marks=pytest.mark.slow),
        pytest.param("gaussian-process", 400, marks=pytest.mark.slow),
    ],
)
def test_looking_on_changes_no_bit(method, budget):
    """The same document with a watcher that sees every estimate, and without any."""
    watch, options = Looks(), Options(segmenter="unicode", method=method, budget=budget)

    watched = attribute("", TEXT, CountsWords(), options, watch=watch)
    alone = attribute("", TEXT, CountsWords(), options)

    assert isinstance(watch, EstimateWatch)
    assert watch.seen
    assert timeless(explain_document(watched)) == timeless(explain_document(alone))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["bayesian-quadrature", "permutation"])
def test_a_provisional_result_is_whole_and_marked(method):
    """A partial result on fewer evaluations, still efficient, and its reason says that it is provisional."""
    watch = Looks()

    attribute("", TEXT, CountsWords(), Options(segmenter="unicode", method=method, budget=300), watch=watch)

    first = watch.seen[0]
    assert first.findings.partial
    assert first.findings.reason.startswith("provisional, after ")
    assert first.cost.evaluations_distinct < 300
    assert abs(first.efficiency_residual) < 1e-9
    assert explain_document(first)["partial"]


@pytest.mark.slow
def test_an_estimate_gets_better_while_it_runs():
    """The last look is nearer to the exact credit than the first."""
    watch = Looks()
    exact = attribute("", TEXT, CountsWords(), Options(segmenter="unicode", budget=100_000)).estimate.credit

    attribute(
        "", TEXT, CountsWords(), Options(segmenter="unicode", method="bayesian-quadrature", budget=300), watch=watch
    )

    errors = [np.linalg.norm(found.estimate.credit - exact) for found in watch.seen]
    assert errors[-1] < errors[0]


@pytest.mark.slow
def test_a_group_shows_every_response_from_the_first_look():
    """True rewards and flat advantages; the credit of those that wait is split evenly. The end is the same."""
    watch, options = Looks(), Options(segmenter="unicode", method="bayesian-quadrature", budget=80)

    watched = compare("", GROUP, CountsWords(), options=options, watch=watch)
    alone = compare("", GROUP, CountsWords(), options=options)

    first, last = watch.seen[0], watch.seen[-1]
    assert first.flat == last.flat == alone.flat
    assert [one.estimate.name for one in first.attributions] == ["bayesian-quadrature", "even-split", "even-split"]
    assert all(one.findings.partial for one in first.attributions)
    assert [one.findings.partial for one in last.attributions] == [False, False, True]
    assert timeless(compare_document(watched)) == timeless(compare_document(alone))


def test_a_rule_that_needs_more_than_credit_shows_nothing_early():
    """The prefixes of the responses that wait are not known."""
    watch = Looks()

    compare(
        "", GROUP, CountsWords(), Redistribution(rule="past_conditioned"), Options(segmenter="unicode"), watch=watch
    )

    assert watch.seen == []
