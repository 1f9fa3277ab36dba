import numpy as np
import pytest
from hypothesis import given, settings

from ospo_core.errors import BudgetTooSmall
from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions, count_consistent
from ospo_core.values.exact import owen_value
from tests.oracles import TableGame, players_of, table, value_by_dividends, value_by_orders
from tests.strategies import games, nestings

TOLERANCE = {"atol": 1e-12, "rtol": 0}


def exact(nested, worths):
    return owen_value(Tree.from_nested(nested), Ledger(TableGame(worths), max_evaluations=2 ** len(worths)))


@pytest.mark.slow
@given(games(most_players=7))
@settings(max_examples=60)
def test_equals_the_mean_over_all_admissible_orders(game):
    """The value by consistent coalitions is the one by the definition, on trees of up to three levels."""
    nested, worths = game

    np.testing.assert_allclose(exact(nested, worths), value_by_orders(nested, worths), **TOLERANCE)


@given(games(most_players=6))
def test_equals_the_sum_of_harsanyi_dividends(game):
    """A second oracle, by unanimity games, that shares no code with either."""
    nested, worths = game

    np.testing.assert_allclose(exact(nested, worths), value_by_dividends(nested, worths), **TOLERANCE)


@pytest.mark.slow
@given(games())
def test_one_union_and_singletons_are_the_shapley_value(game):
    """A single union, or every player a union of its own, is Shapley's value."""
    _, worths = game
    n = int(np.log2(len(worths)))
    shapley = value_by_orders(list(range(n)), worths)

    np.testing.assert_allclose(exact(list(range(n)), worths), shapley, **TOLERANCE)
    np.testing.assert_allclose(exact([list(range(n))], worths), shapley, **TOLERANCE)
    np.testing.assert_allclose(exact([[player] for player in range(n)], worths), shapley, **TOLERANCE)


@given(nestings(most_players=9, most_levels=4))
def test_the_formula_counts_the_consistent_coalitions(nested):
    """M of the closed formula is the number of distinct coalitions enumerated."""
    tree = Tree.from_nested(nested)

    coalitions = ConsistentCoalitions(tree).coalitions

    assert len(np.unique(coalitions, axis=0)) == len(coalitions) == count_consistent(tree)


@given(games())
def test_coefficients_are_the_same_linear_map(game):
    """The matrix form and the blockwise form agree."""
    nested, worths = game
    every = ConsistentCoalitions(Tree.from_nested(nested))
    seen = TableGame(worths).worths(every.coalitions)

    np.testing.assert_allclose(every.coefficients @ seen, every.value(seen), **TOLERANCE)


@pytest.mark.parametrize(
    ("nested", "count"),
    [
        ([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]], 208),
        ([[[9 * s + 3 * p + w for w in range(3)] for p in range(3)] for s in range(5)], 6272),
        ([[6 * u + i for i in range(6)] for u in range(6)], 11968),
        (list(range(12)), 4096),
    ],
)
def test_counts_of_known_trees(nested, count):
    """Counts of a 4x3, a 5x3x3, a 6x6 and a flat tree of 12, computed by hand from the formula."""
    assert count_consistent(Tree.from_nested(nested)) == count


def test_a_budget_below_the_count_is_refused_before_any_evaluation():
    """The error says how many evaluations are needed, and none was spent."""
    game = TableGame(np.arange(16.0))

    with pytest.raises(BudgetTooSmall, match="needs 16 evaluations") as caught:
        owen_value(Tree.flat(4), Ledger(game, max_evaluations=15))

    assert (caught.value.needed, game.evaluated) == (16, 0)


@given(games())
def test_unions_earn_the_value_of_the_quotient_game(game):
    """The top unions' totals are the Shapley value of the game in which each union is one player."""
    nested, worths = game
    unions = [players_of(part) for part in nested]
    quotient = table(len(unions), lambda who: worths[sum(1 << i for u in who for i in unions[u])])

    value = exact(nested, worths)

    totals = [value[list(union)].sum() for union in unions]
    np.testing.assert_allclose(totals, value_by_orders(list(range(len(unions))), quotient), **TOLERANCE)
