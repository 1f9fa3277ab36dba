"""Values known by formula. The derivation stands in each docstring."""

import numpy as np
import pytest

from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree
from ospo_core.values.exact import owen_value
from tests.oracles import FunctionGame, TableGame, players_of, table

SEVEN = [[0, 1, 2], [3, 4], [5], [6]]


def exact(nested, worth):
    n = len(players_of(nested))
    game = TableGame(table(n, worth))
    return owen_value(Tree.from_nested(nested), Ledger(game, max_evaluations=2**n))


def close(value, expected):
    np.testing.assert_allclose(value, expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("nested", "expected"), [([0, 1, 2], [1 / 3, 1 / 3, 1 / 3]), ([[0, 1], [2]], [1 / 2, 1 / 2, 0])]
)
def test_majority_of_three(nested, expected):
    """Two of three win. With {1,2} united the union wins alone and player 3 never changes anything."""
    close(exact(nested, lambda s: len(s) >= 2), expected)


@pytest.mark.parametrize(
    ("nested", "expected"),
    [
        ([0, 1, 2], [1 / 6, 1 / 6, 2 / 3]),
        ([[0, 1], [2]], [1 / 4, 1 / 4, 1 / 2]),
    ],
)
def test_glove_game(nested, expected):
    """Player 3 owns the right glove, 1 and 2 a left one each; a pair is worth 1."""
    close(exact(nested, lambda s: 2 in s and len(s) >= 2), expected)


def test_glove_game_with_a_left_and_the_right_united():
    """Unions {1,3},{2}, written with the players renumbered so that unions are contiguous: 1/4, 3/4, 0."""
    close(exact([[0, 1], [2]], lambda s: 1 in s and len(s) >= 2), [1 / 4, 3 / 4, 0])


def test_unanimity_is_shared_down_the_tree():
    """u_T with T = {0,3,4}: two unions meet T, so 1/2 each; {3,4} share theirs."""
    close(exact(SEVEN, lambda s: {0, 3, 4} <= s), [0.5, 0, 0, 0.25, 0.25, 0, 0])


def test_at_least_one_has_the_value_of_unanimity():
    """OR on T is the dual of AND on T: v*(S) = v(N) - v(N minus S), and a game and its dual have equal value."""
    close(exact(SEVEN, lambda s: bool({0, 3, 4} & s)), [0.5, 0, 0, 0.25, 0.25, 0, 0])


def test_and_with_a_negation():
    """x1 x3 (1 - x5): a!b!/(a+b+1)! on every level of the path; a = branches of P met, b = of Q."""
    close(exact(SEVEN, lambda s: 1 in s and 3 in s and 5 not in s), [0, 1 / 6, 0, 1 / 6, 0, -1 / 3, 0])


def test_exclusive_or_of_two_is_worth_nothing():
    """Either alone earns 1, both together 0: marginal contributions cancel."""
    close(exact([[0, 1], [2]], lambda s: (0 in s) != (1 in s)), [0, 0, 0])
    close(exact([[0], [1], [2]], lambda s: (0 in s) != (1 in s)), [0, 0, 0])


@pytest.mark.parametrize("nested", [[0, 1, 2, 3], [[0, 1], [2, 3]], [[0], [1, [2, 3]]]])
def test_pairwise_games_have_one_value_on_every_tree(nested):
    """Additive plus pairwise: a_i + half of the pair terms of i, whatever the unions."""
    a = np.array([0.3, -1.0, 0.5, 2.0])
    b = np.array([[0, 1, -2, 0.5], [1, 0, 0.25, 3], [-2, 0.25, 0, 1], [0.5, 3, 1, 0]])

    def worth(s):
        members = sorted(s)
        return a[members].sum() + b[np.ix_(members, members)].sum() / 2

    close(exact(nested, worth), a + b.sum(axis=1) / 2)


def test_airport_game():
    """Max of costs 1, 2, 4 in one union: each increment is shared by those who need it (OR form)."""
    cost = [1, 2, 4]
    close(exact([0, 1, 2], lambda s: max((cost[i] for i in s), default=0)), [1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 2])


def test_product_of_mean_presence():
    """Product over K top unions of the share of members present: 1/(K b_k) for each of the b_k members of union k."""
    unions = [{0, 1, 2}, {3, 4}]
    close(
        exact([[0, 1, 2], [3, 4]], lambda s: np.prod([len(u & s) / len(u) for u in unions])),
        [1 / 6, 1 / 6, 1 / 6, 1 / 4, 1 / 4],
    )


def test_a_tree_of_forty_five_players():
    """u_T across a 5x3x3 tree, T = players 0, 1 and 44: halves at the root, then quarters in the shared phrase."""
    tree = Tree.from_nested([[[9 * s + 3 * p + w for w in range(3)] for p in range(3)] for s in range(5)])
    game = FunctionGame(45, lambda row: float(row[0] and row[1] and row[44]))

    value = owen_value(tree, Ledger(game, max_evaluations=6272))

    expected = np.zeros(45)
    expected[[0, 1, 44]] = [0.25, 0.25, 0.5]
    close(value, expected)
