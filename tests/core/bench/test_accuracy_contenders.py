import numpy as np
import pytest

from ospo_core.bench.accuracy_contenders import Ours, Permutations, covered
from ospo_core.bench.binary_tree import halved
from ospo_core.bench.kernel_shap import PairedKernelShap
from ospo_core.bench.known_game import KnownGame
from ospo_core.bench.shap_on_tree import ShapOnTree
from ospo_core.bench.synthetic_games import sparse_game, unanimity_game
from ospo_core.estimators.estimate import Estimate
from ospo_core.tree import Tree

PLAYERS = 10
BUDGET = 4 * PLAYERS


@pytest.fixture(scope="module")
def game():
    return KnownGame(unanimity_game(PLAYERS, seed=3), Tree.from_nested(halved(range(PLAYERS))))


@pytest.fixture(scope="module")
def flat_game():
    return KnownGame(sparse_game(8, seed=3), Tree.flat(8))


@pytest.mark.parametrize("contender", [Ours(), Permutations()], ids=lambda contender: contender.name)
def test_ours_keep_the_budget_and_have_error_bars(contender, game):
    """What they find sums to the worth of everyone."""
    found = contender.find(game, BUDGET, seed=0)

    assert BUDGET / 2 <= found.evaluations <= BUDGET
    np.testing.assert_allclose(found.credit.sum(), game.exact.sum(), atol=1e-9)
    assert found.covered.shape == (PLAYERS,)


def test_the_permutations_are_those_of_the_method(game):
    """The same evaluations and the same credit, without the read-out that the method adds."""
    from ospo_core.estimators.methods import method_named
    from ospo_core.games.ledger import Ledger

    ledger = Ledger(game, max_evaluations=BUDGET)
    method = method_named("permutation").find(game.tree, ledger, 1).estimate

    found = Permutations().find(game, BUDGET, seed=1)

    np.testing.assert_array_equal(found.credit, method.credit)
    assert found.evaluations == ledger.distinct


@pytest.mark.slow
def test_shap_run_to_the_end_is_exact_on_our_tree(game):
    """And before the end it keeps the budget, an odd one too, and leaves the global generator alone."""
    shap = ShapOnTree()
    before = np.random.get_state()[1].tolist()

    whole, part, odd = (shap.find(game, budget, seed=0) for budget in (1000, BUDGET, BUDGET + 1))

    np.testing.assert_allclose(whole.credit, game.exact, atol=1e-9)
    assert (part.evaluations, odd.evaluations) == (BUDGET, BUDGET)
    assert np.linalg.norm(part.credit - game.exact) > 1e-3
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.slow
def test_paired_kernel_shap_keeps_the_budget(flat_game):
    """All 256 coalitions give it the Shapley value, to what its large weights leave of precision."""
    kernel_shap = PairedKernelShap()

    whole, part = (kernel_shap.find(flat_game, budget, seed=0) for budget in (300, 60))

    np.testing.assert_allclose(whole.credit, flat_game.exact, atol=1e-4)
    assert (whole.evaluations, part.evaluations) == (256, 60)
    assert np.linalg.norm(part.credit - flat_game.exact) > 1e-3


def test_an_interval_covers_or_is_right_to_rounding():
    """Half of it is 1.96 standard errors; a credit without error bars is covered only where it is right."""
    exact = np.array([1.0, 1.0, 1.0])
    estimate = Estimate(
        name="made up",
        credit=np.array([1.19, 1.21, 1.0 + 1e-12]),
        error_factor=np.diag([0.1, 0.1, 0.0]),
        unbiased=False,
        efficient=False,
        evaluations=1,
    )

    assert covered(estimate, exact).tolist() == [True, False, True]
