import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ospo_core.errors import BudgetTooSmall
from ospo_core.estimators.permutation import permutation_estimate, plan_pairs
from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions
from tests.oracles import FunctionGame, TableGame, value_by_orders
from tests.strategies import games

FORTY_FIVE = Tree.from_nested([[[9 * s + 3 * p + w for w in range(3)] for p in range(3)] for s in range(5)])


def estimate(nested, worths, budget, seed=0):
    tree = Tree.from_nested(nested)
    ledger = Ledger(TableGame(worths), max_evaluations=budget)
    pairs = plan_pairs(tree, ledger, seed)
    ledger.worths(pairs.coalitions())
    return permutation_estimate(pairs, ledger), ledger


def sum_of_unanimity_games(seed, n=45, terms=60):
    """A random game with interactions of up to five players."""
    rng = np.random.default_rng(seed)
    teams = np.zeros((terms, n), dtype=bool)
    for team in teams:
        team[rng.choice(n, size=rng.integers(1, 6), replace=False)] = True
    weights, sizes = rng.normal(size=terms), teams.sum(axis=1)
    return FunctionGame(n, lambda row: float(weights @ ((teams & row).sum(axis=1) == sizes)))


def saturating_sum(seed, n=45):
    """A sigmoid of a weighted sum: every player interacts a little with every other."""
    weights = np.random.default_rng(seed).normal(size=n)
    return FunctionGame(n, lambda row: float(1 / (1 + np.exp(-(weights @ row)))))


def coverage(seed, n=45, topics=30):
    """Topics are covered by any of several players, so that each is free to remove while another stays."""
    rng = np.random.default_rng(seed)
    covers, weights = rng.random((topics, n)) < 0.08, rng.random(topics)
    return FunctionGame(n, lambda row: float(weights @ (covers & row).any(axis=1)))


def run(game, budget, seed):
    ledger = Ledger(game, max_evaluations=budget)
    pairs = plan_pairs(FORTY_FIVE, ledger, seed)
    ledger.worths(pairs.coalitions())
    return permutation_estimate(pairs, ledger)


def covers(found, truth):
    return np.abs(found.credit - truth) <= found.quantile * found.standard_error(np.eye(45, dtype=bool))


def exact(game):
    every = ConsistentCoalitions(FORTY_FIVE)
    return every.value(game.worths(every.coalitions))


@given(games(), st.integers(0, 50))
@settings(max_examples=50)
def test_efficient_whatever_the_game(game, seed):
    """Credit sums to v(N) - v(nothing) exactly, at the smallest budget too."""
    nested, worths = game
    n = int(np.log2(len(worths)))

    found, _ = estimate(nested, worths, budget=max(2 * n, 2), seed=seed)

    np.testing.assert_allclose(found.credit.sum(), worths[-1] - worths[0], atol=1e-12)


@given(games(), st.data())
def test_a_null_player_gets_exactly_nothing(game, data):
    """No step ever changes its worth, so its credit is 0 with standard error 0, not merely small."""
    nested, worths = game
    n = int(np.log2(len(worths)))
    player = data.draw(st.integers(0, n - 1))
    without_it = worths[np.arange(2**n) & ~(1 << player)]

    found, _ = estimate(nested, without_it, budget=4 * n)

    assert found.credit[player] == 0.0


@given(games(most_players=5), st.integers(2, 40))
def test_never_above_the_budget(game, budget):
    """Whatever the budget, no more is evaluated: it fits, or the error names more than was given."""
    nested, worths = game
    counting = TableGame(worths)
    ledger = Ledger(counting, max_evaluations=budget)

    needed = budget_or_need(Tree.from_nested(nested), ledger)

    assert counting.evaluated <= budget
    assert needed == budget or (needed > budget and counting.evaluated == 0)


def budget_or_need(tree, ledger):
    """Evaluate what fits; give back the budget, or what one pair would have needed."""
    try:
        ledger.worths(plan_pairs(tree, ledger, seed=0).coalitions())
    except BudgetTooSmall as refusal:
        return refusal.needed
    return ledger.max_evaluations


def test_the_least_budget_named_in_the_error_is_enough():
    """Asking again with exactly that many evaluations works."""
    worths = np.random.default_rng(0).normal(size=2**6)
    with pytest.raises(BudgetTooSmall) as refusal:
        estimate([[0, 1, 2], [3, 4, 5]], worths, budget=11)

    found, ledger = estimate([[0, 1, 2], [3, 4, 5]], worths, budget=refusal.value.needed)

    assert refusal.value.needed == 12
    assert (found.details["pairs"], ledger.distinct) == (1, 12)


@pytest.mark.slow
def test_unbiased():
    """The mean over 400 seeds lies within 4 standard errors of the exact value, player by player."""
    nested = [[0, 1, 2], [3, 4], [5]]
    worths = np.random.default_rng(3).normal(size=2**6)

    draws = np.stack([estimate(nested, worths, budget=24, seed=seed)[0].credit for seed in range(400)])

    error = draws.mean(axis=0) - value_by_orders(nested, worths)
    assert np.all(np.abs(error) <= 4 * draws.std(axis=0, ddof=1) / 20 + 1e-12)


def test_same_seed_same_bits():
    """Two runs with one seed agree to the bit; another seed does not."""
    worths = np.random.default_rng(5).normal(size=2**7)
    nested = [[0, 1, 2], [3, 4], [5, 6]]

    first, second, other = (estimate(nested, worths, budget=30, seed=seed)[0].credit for seed in (7, 7, 8))

    assert first.tobytes() == second.tobytes() != other.tobytes()


def test_one_pair_alone_has_no_standard_error():
    """Without a second pair there is no spread to measure, and the estimate says so instead of 0."""
    worths = np.random.default_rng(0).normal(size=2**6)

    found, _ = estimate([[0, 1, 2], [3, 4, 5]], worths, budget=12)

    assert found.standard_error(np.eye(6, dtype=bool)) is None


def test_the_standard_error_of_the_whole_is_zero():
    """Sums use the covariance between players: the total never varies, so its standard error is 0."""
    worths = np.random.default_rng(2).normal(size=2**6)

    found, _ = estimate([[0, 1, 2], [3, 4, 5]], worths, budget=50)

    whole = found.standard_error(np.ones((1, 6), dtype=bool))
    np.testing.assert_allclose(whole, 0, atol=1e-12)
    assert found.standard_error(np.eye(6, dtype=bool)).max() > 0.01


@pytest.mark.slow
def test_the_error_falls_at_least_like_one_over_the_root_of_the_evaluations():
    """Over 4n to 64n distinct evaluations the slope in log-log is -0.5 or a little steeper, by rotations and memo."""
    game = sum_of_unanimity_games(0)
    truth, budgets = exact(game), np.array([4, 8, 16, 32, 64]) * 45
    errors = [
        np.mean([np.linalg.norm(run(game, int(budget), seed).credit - truth) for seed in range(12)])
        for budget in budgets
    ]

    slope = np.polyfit(np.log(budgets), np.log(errors), 1)[0]

    assert -0.8 < slope < -0.45


@pytest.mark.slow
def test_intervals_cover_as_they_claim():
    """Nominal 95 % intervals at 16n hold the truth for 85 to 97 % of players with credit, on three games."""
    shares = []
    for game in (sum_of_unanimity_games(0), saturating_sum(0), coverage(0)):
        truth = exact(game)
        credited = np.abs(truth) > 0.1 * np.abs(truth).max()
        shares.append(np.mean([covers(run(game, 16 * 45, seed), truth)[credited] for seed in range(20)]))

    assert 0.85 <= np.mean(shares) <= 0.97
    assert min(shares) >= 0.85
