import numpy as np
import pytest

from ospo_core.bench.synthetic_games import TermsGame, sparse_game, unanimity_game

PLAYERS = 12


def test_a_term_holds_when_all_or_any_are_there():
    """Two terms over the first two of three players, one of each sort."""
    members = np.array([[True, True, False], [True, True, False]])
    game = TermsGame(members=members, any_suffices=np.array([False, True]), weights=np.array([10.0, 1.0]))

    worths = game.worths(np.array([[0, 0, 1], [1, 0, 1], [1, 1, 0]], dtype=bool))

    np.testing.assert_array_equal(worths, [0.0, 1.0, 11.0])


def test_unanimity_games_have_terms_of_one_to_five():
    """Sixty of them, all of which need every member."""
    game = unanimity_game(PLAYERS, seed=0)

    assert set(game.members.sum(axis=1)) == {1, 2, 3, 4, 5}
    assert game.members.shape == (60, PLAYERS)
    assert not game.any_suffices.any()


def test_sparse_games_have_six_terms_of_one_to_three():
    """Some seeds together show both sorts."""
    games = [sparse_game(PLAYERS, seed) for seed in range(10)]

    assert all(game.members.shape == (6, PLAYERS) for game in games)
    assert {size for game in games for size in game.members.sum(axis=1)} == {1, 2, 3}
    assert {sort for game in games for sort in game.any_suffices.tolist()} == {True, False}


@pytest.mark.parametrize("drawn", [unanimity_game, sparse_game])
def test_a_seed_is_a_game(drawn):
    """The same again with the same seed, another with another."""
    everyone = np.ones((1, PLAYERS), dtype=bool)

    assert drawn(PLAYERS, 1).worths(everyone) == drawn(PLAYERS, 1).worths(everyone)
    assert drawn(PLAYERS, 1).worths(everyone) != drawn(PLAYERS, 2).worths(everyone)
