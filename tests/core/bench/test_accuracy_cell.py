from types import SimpleNamespace

import numpy as np
import pytest

from ospo_core.bench.accuracy_cell import cell, t_half_width
from ospo_core.bench.accuracy_contenders import Found
from ospo_core.bench.evaluations_to_error import need
from ospo_core.bench.known_game import KnownGame
from ospo_core.bench.synthetic_games import TermsGame
from ospo_core.tree import Tree


def game(*weights):
    """Additive: each player's credit is its weight."""
    players = len(weights)
    terms = TermsGame(
        members=np.eye(players, dtype=bool), any_suffices=np.zeros(players, dtype=bool), weights=np.array(weights)
    )
    return KnownGame(terms, Tree.flat(players))


GAMES = (game(3.0, 4.0, 0.1), game(0.0, 2.0, 0.0))


class Guess:
    """Off by a share of the exact credit that depends on game, budget and seed."""

    name = "guess"
    seeded = True

    def __init__(self, off, covers=None):
        self._off, self._covers = off, covers

    def find(self, game, budget, seed):
        credit = game.exact * (1 + self._off(game.exact.sum(), budget, seed))
        return Found(credit=credit, evaluations=budget - 1, covered=self._covers)


def test_errors_by_instance_and_seed():
    """0.1 and 0.3 on the first game, 0.2 and 0.4 on the second: mean 0.25, intervals between rows and columns."""
    found = cell("additive", Guess(lambda size, budget, seed: 0.1 + 0.1 * (size < 5) + 0.2 * seed), GAMES, 12, 2)

    np.testing.assert_allclose(found.errors, [[0.1, 0.3], [0.2, 0.4]])
    np.testing.assert_allclose(found.error, 0.25)
    np.testing.assert_allclose(found.half_width, 12.7062 * 0.1 / 2, rtol=1e-4)
    np.testing.assert_allclose(found.noise, 12.7062 * 0.2 / 2, rtol=1e-4)
    assert (found.evaluations, found.per_player, found.players) == (11.0, 4, 3)


def test_who_draws_nothing_runs_once():
    """Whatever the number of seeds."""
    contender = Guess(lambda size, budget, seed: 0.1)
    contender.seeded = False

    found = cell("additive", contender, GAMES, 12, 5)

    assert found.errors.shape == (2, 1)
    assert found.noise is None


def test_coverage_is_of_players_with_large_credit():
    """Above a tenth of the largest: two of the first game, one of the second."""
    contender = Guess(lambda size, budget, seed: 0.5, covers=np.array([False, True, True]))

    found = cell("additive", contender, GAMES, 12, 2)

    assert (found.intervals, found.covered, found.right) == (6, 4, 0)
    np.testing.assert_allclose(found.coverage, 4 / 6)


def test_credit_that_is_exact_is_counted_as_such():
    """Beside what is covered."""
    contender = Guess(lambda size, budget, seed: 0.0 if size < 5 else 1e-3, covers=np.array([True, True, True]))

    found = cell("additive", contender, GAMES, 12, 2)

    assert (found.intervals, found.covered, found.right) == (6, 6, 2)


def test_without_error_bars_there_is_no_coverage():
    """Not a coverage of zero."""
    found = cell("additive", Guess(lambda size, budget, seed: 0.5), GAMES, 12, 2)

    assert (found.intervals, found.coverage) == (0, None)
    assert found.as_json("accuracy")["coverage"] is None


@pytest.mark.parametrize(("values", "half_width"), [([1.0], None), ([1.0, 1.0], 0.0), ([0.0, 1.0, 2.0], 2.4841)])
def test_half_of_a_t_interval(values, half_width):
    """None of one value."""
    assert t_half_width(np.array(values)) == (None if half_width is None else pytest.approx(half_width, rel=1e-4))


def test_evaluations_are_interpolated_on_logarithmic_axes():
    """An error of 0.4 at 5 and 0.05 at 11: two thirds of the way in the logarithms."""
    found = need("additive", Guess(lambda size, budget, seed: {6: 0.4, 12: 0.05}[budget]), GAMES, 1, (2, 4))

    assert (found.bound, found.reached) == ("exactly", True)
    np.testing.assert_allclose(found.evaluations, 5 * (11 / 5) ** (2 / 3))


@pytest.mark.parametrize(
    ("error", "bound", "said"), [(0.05, "at most", "at most 5"), (0.5, "more than", "more than 11")]
)
def test_the_ends_are_bounds(error, bound, said):
    """The first budget was enough, or the last was not."""
    found = need("additive", Guess(lambda size, budget, seed: error), GAMES, 1, (2, 4))

    assert (found.bound, found.said) == (bound, said)


def test_nothing_is_run_beyond_the_budget_that_is_enough():
    """Of three budgets the third is never tried; an error of zero is not interpolated."""
    tried = SimpleNamespace(budgets=[])

    def off(size, budget, seed):
        tried.budgets.append(budget)
        return 0.0 if budget == 12 else 0.5

    found = need("additive", Guess(off), GAMES[:1], 1, (2, 4, 8))

    assert tried.budgets == [6, 12]
    assert (found.evaluations, found.error) == (11.0, 0.0)
