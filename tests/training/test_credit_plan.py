"""What is evaluated of a completion, and that the credit read off it is the engine's."""

import numpy as np
import pytest

from ospo_core.games.ledger import Ledger
from ospo_core.redistribution.named import Needs
from ospo_core.training.completion import Completion
from ospo_core.training.credit_plan import planned
from ospo_core.training.generated_tokens import GeneratedTokens
from ospo_core.values.exact import owen_value
from tests.training.test_generated_tokens import byte_tokenizer
from tests.training.tiny_policy import word_tokenizer

__all__ = ["byte_tokenizer"]

TEXT = "the red wool jacket a dose of 240 mg ."


@pytest.fixture(scope="module")
def completion():
    """Ten words, then the end."""
    tokenizer = word_tokenizer()
    return Completion(GeneratedTokens((*tokenizer(TEXT)["input_ids"], 1), tokenizer), "word")


def interacting(texts):
    """Wool is worth nothing without a jacket, a dose nothing without its unit, and every word costs."""
    said = [set(text.split()) for text in texts]
    return np.array(
        [({"wool", "jacket"} <= s) + 0.5 * ({"dose", "mg"} <= s) + 0.3 * ("red" in s) - 0.02 * len(s) for s in said]
    )


class CompletionGame:
    """The completion's game, for the engine's own exact value."""

    def __init__(self, completion):
        self.completion, self.n_players = completion, completion.n_players

    def keys(self, coalitions):
        return self.completion.restricted(coalitions)

    def worths(self, coalitions):
        return interacting(self.completion.restricted(coalitions))


def test_where_all_coalitions_fit_the_credit_is_exact(completion):
    """The same Owen value as the engine's, spread over the ids of each word."""
    plan = planned(completion, Needs.EFFICIENT_CREDIT, evaluations=100_000, seed=0)
    exact = owen_value(completion.tree, Ledger(CompletionGame(completion), max_evaluations=100_000))

    found = plan.read(interacting(plan.texts))

    np.testing.assert_allclose(found.credit, exact[completion.player_of_token], atol=1e-12)
    assert found.baseline == 0.0


def test_a_word_of_several_ids_shares_its_credit_among_them(byte_tokenizer):
    """Evenly, so that the ids of a completion sum to its reward."""
    ids = byte_tokenizer("red dose mg")["input_ids"]
    completion = Completion(GeneratedTokens(tuple(ids), byte_tokenizer), "word")
    plan = planned(completion, Needs.EFFICIENT_CREDIT, evaluations=100, seed=0)

    credit = plan.read(interacting(plan.texts)).credit

    np.testing.assert_allclose(credit[:3], [0.28 / 3] * 3, atol=1e-12)
    np.testing.assert_allclose(credit.sum(), interacting(["red dose mg"])[0], atol=1e-12)


@pytest.mark.parametrize("evaluations", [2, 32, 64, 128])
def test_an_estimate_sums_to_the_reward_and_stays_within_its_evaluations(completion, evaluations):
    """At least one antithetic pair is walked, which is 2P distinct texts for P players."""
    plan = planned(completion, Needs.EFFICIENT_CREDIT, evaluations=evaluations, seed=0)

    credit = plan.read(interacting(plan.texts)).credit

    assert len(set(plan.texts)) <= max(evaluations, 2 * completion.n_players)
    np.testing.assert_allclose(credit.sum(), interacting([TEXT])[0] - interacting([""])[0], atol=1e-12)


def test_an_estimate_is_unbiased(completion):
    """Its mean over seeds lies within four standard errors of the exact value."""
    exact = planned(completion, Needs.CREDIT, evaluations=100_000, seed=0)
    truth = exact.read(interacting(exact.texts)).credit
    plans = [planned(completion, Needs.CREDIT, evaluations=40, seed=seed) for seed in range(60)]

    found = np.array([plan.read(interacting(plan.texts)).credit for plan in plans])

    error = found.std(axis=0, ddof=1) / np.sqrt(len(found)) + 1e-12
    assert (np.abs(found.mean(axis=0) - truth) <= 4 * error).all()


def test_around_players_two_evaluations_a_player_and_one(completion):
    """Prefixes and leave-one-out: their mean is past-conditioned credit, undivided on each id."""
    plan = planned(completion, Needs.UNITS, evaluations=2, seed=0)
    words = TEXT.split()
    ends = interacting([" ".join(words[:count]) for count in range(len(words) + 1)])
    left = interacting([" ".join(words[:k] + words[k + 1 :]) for k in range(len(words))])

    found = plan.read(interacting(plan.texts))

    assert len(plan.texts) == 2 * completion.n_players + 1
    player = completion.player_of_token
    np.testing.assert_allclose(found.credit, (((ends[-1] - left) + np.diff(ends)) / 2)[player], atol=1e-12)
    np.testing.assert_allclose(found.before, ends[:-1][player])
    np.testing.assert_allclose(found.after, ends[1:][player])
    np.testing.assert_allclose(found.without, left[player])


def test_before_tokens_one_evaluation_a_token(completion):
    """The completion cut off before each."""
    plan = planned(completion, Needs.PREFIXES, evaluations=2, seed=0)

    found = plan.read(interacting(plan.texts))

    assert len(plan.texts) == len(completion.tokens) + 1
    np.testing.assert_allclose(found.credit.sum(), interacting([TEXT])[0], atol=1e-12)


def test_the_same_completion_draws_the_same_orders(completion):
    """Whenever it comes: a run that is resumed measures what it would have measured."""
    first, again = (planned(completion, Needs.CREDIT, evaluations=40, seed=7) for _ in range(2))

    assert first.texts == again.texts
    assert first.texts != planned(completion, Needs.CREDIT, evaluations=40, seed=8).texts
