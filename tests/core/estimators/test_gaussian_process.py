import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ospo_core.estimators.gaussian_process import gaussian_process_estimate
from ospo_core.estimators.odd_game import audible_players
from ospo_core.estimators.permutation import permutation_estimate, plan_pairs
from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions
from tests.core.estimators.test_permutation import FORTY_FIVE, covers, exact, sum_of_unanimity_games
from tests.oracles import FunctionGame, TableGame, value_by_orders
from tests.strategies import games


def read_out(tree, game, budget, seed=0):
    ledger = Ledger(game, max_evaluations=budget)
    pairs = plan_pairs(tree, ledger, seed)
    coalitions = pairs.coalitions()
    worths = ledger.worths(coalitions)
    plain = permutation_estimate(pairs, ledger)
    found = gaussian_process_estimate(
        tree,
        coalitions,
        worths,
        orders=pairs.orders,
        permutation=plain.credit,
        seed=seed,
        evaluations=ledger.distinct,
    )
    return plain, found


@pytest.mark.slow
@given(games(most_players=6), st.integers(0, 20))
@settings(max_examples=30)
def test_efficient_whatever_the_game(game, seed):
    """The completed game's value sums to v(N) - v(nothing): seen ends are kept exactly."""
    nested, worths = game
    n = int(np.log2(len(worths)))

    _, found = read_out(Tree.from_nested(nested), TableGame(worths), budget=max(3 * n, 2), seed=seed)

    np.testing.assert_allclose(found.credit.sum(), worths[-1] - worths[0], atol=1e-9)


@pytest.mark.slow
@given(games(most_players=5))
@settings(max_examples=30)
def test_exact_once_everything_was_seen(game):
    """With every consistent coalition evaluated nothing is left to guess: value exact, error bars 0."""
    nested, worths = game
    tree = Tree.from_nested(nested)
    every = ConsistentCoalitions(tree)
    seen = every.coalitions

    found = gaussian_process_estimate(
        tree,
        seen,
        TableGame(worths).worths(seen),
        orders=(),
        permutation=np.zeros(tree.n_players),
        seed=0,
        evaluations=len(seen),
    )

    np.testing.assert_allclose(found.credit, value_by_orders(nested, worths), atol=1e-9)


def test_players_that_nobody_heard_get_nothing():
    """A player whose every observed step left the worth as it was gets exactly 0, with error 0."""
    game = FunctionGame(45, lambda row: float(row[3] and row[4]) - 0.5 * float(row[20] and not row[40]))

    _, found = read_out(FORTY_FIVE, game, budget=16 * 45)

    silent = np.setdiff1d(np.arange(45), [3, 4, 20, 40])
    np.testing.assert_array_equal(found.credit[silent], 0.0)
    np.testing.assert_allclose(found.credit[[3, 4, 20, 40]], [0.5, 0.5, -0.25, 0.25], atol=0.05)


def test_silence_is_withdrawn_when_it_is_contradicted():
    """Two coalitions that differ in silent players only, and in worth, make everybody audible again."""
    rows = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 1]], dtype=bool)

    assert audible_players(rows, np.array([0.0, 1.0, 1.0])).tolist() == [True, False, False]
    assert audible_players(rows, np.array([0.0, 1.0, 3.0])).tolist() == [True, True, True]


def test_a_game_without_an_odd_part_is_worth_nothing_to_anybody():
    """Where no observed pair tells its halves apart, credit is 0 and no error bar is claimed."""
    game = FunctionGame(45, lambda row: 2.0)

    _, found = read_out(FORTY_FIVE, game, budget=4 * 45)

    np.testing.assert_array_equal(found.credit, np.zeros(45))
    assert found.error_factor is None


@pytest.mark.slow
def test_same_seed_same_bits():
    """The read-out has no randomness of its own beyond its seed."""
    game = sum_of_unanimity_games(0)

    first, second = (read_out(FORTY_FIVE, game, budget=360, seed=3)[1] for _ in range(2))

    assert first.credit.tobytes() == second.credit.tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_lower_error_than_the_permutations_it_stands_on(seed):
    """On sums of unanimity games at 16n the mean error over 12 runs is below that of the same permutations."""
    game = sum_of_unanimity_games(seed)
    truth = exact(game)

    runs = [read_out(FORTY_FIVE, game, budget=16 * 45, seed=run) for run in range(12)]

    plain, ours = (np.mean([np.linalg.norm(run[which].credit - truth) for run in runs]) for which in (0, 1))
    assert ours < plain
    assert 0.8 <= np.mean([covers(run[1], truth).mean() for run in runs]) <= 1


@pytest.mark.slow
def test_more_contexts_than_can_be_listed_are_sampled():
    """A tree of 400 players has too many consistent pairs; the read-out over sampled orders stays efficient."""
    tree = Tree.from_nested([[[16 * s + 4 * p + w for w in range(4)] for p in range(4)] for s in range(25)])
    weights = np.random.default_rng(0).normal(size=400)
    game = FunctionGame(400, lambda row: float(np.tanh(weights @ row / 10)))

    pilot, found = read_out(tree, game, budget=4 * 400)

    np.testing.assert_allclose(found.credit.sum(), pilot.credit.sum(), atol=1e-9)
