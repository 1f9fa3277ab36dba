import numpy as np
import pytest

from ospo_core.bench.game_families import GameFamily
from ospo_core.bench.known_game import KnownGame
from ospo_core.tree import Tree
from tests.oracles import unanimity_share

NESTED = [[0, 1], [2, [3, 4]]]
TREE = Tree.from_nested(NESTED)


class Together:
    """Pays when players 0, 3 and 4 are all there; players 1 and 2 are not even looked at."""

    n_players = 5
    team = frozenset({0, 3, 4})

    def __init__(self, pays=1.0):
        self.pays, self.evaluated = pays, []

    def keys(self, coalitions):
        return [tuple(row[[0, 3, 4]].tolist()) for row in coalitions]

    def worths(self, coalitions):
        self.evaluated.extend(self.keys(coalitions))
        return self.pays * coalitions[:, [0, 3, 4]].all(axis=1)


def test_the_exact_value_is_the_owen_value():
    """That of a unanimity game in closed form."""
    game = Together()

    exact = KnownGame(game, TREE).exact

    expected = [unanimity_share(NESTED, game.team, player) if player in game.team else 0.0 for player in range(5)]
    np.testing.assert_allclose(exact, expected, atol=1e-12)


def test_each_key_is_evaluated_once():
    """Before, and never again when worths are asked for."""
    game = Together()
    known = KnownGame(game, TREE)
    every = np.array([[True] * 5, [False] * 5, [True, True, False, False, False]])

    worths = known.worths(every)

    np.testing.assert_array_equal(worths, [1.0, 0.0, 0.0])
    assert known.keys(every) == game.keys(every)
    assert len(game.evaluated) == len(set(game.evaluated))


@pytest.mark.parametrize(("wanted", "given"), [(1, 1), (2, 2), (3, 2)])
def test_games_without_any_credit_are_passed_over(wanted, given):
    """As many others as are asked for are taken, or as many as there are."""
    family = GameFamily(name="together", tree=TREE, games=lambda: map(Together, (0.0, 1.0, 0.0, 2.0)))

    found = [game.exact.sum() for game in family.known(wanted)]

    np.testing.assert_allclose(found, [1.0, 2.0][:given])


def test_an_endless_family_ends():
    """No game is evaluated beyond those that are asked for."""
    made = []

    def endless():
        while True:
            made.append(Together())
            yield made[-1]

    assert len(list(GameFamily(name="together", tree=TREE, games=endless).known(3))) == 3
    assert sum(bool(game.evaluated) for game in made) == 3
