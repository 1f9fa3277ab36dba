import numpy as np
import pytest
from hypothesis import given

from ospo_core.errors import BudgetTooSmall
from ospo_core.estimators.past_conditioned import PastConditioned, past_conditioned_estimate
from ospo_core.games.ledger import Ledger
from tests.oracles import TableGame
from tests.strategies import games


@given(games())
def test_it_is_the_mean_of_removal_and_arrival(game):
    """c_k = ((R - v(all but k)) + (v(first k + 1) - v(first k))) / 2, from the worths themselves."""
    _, worths = game
    n = int(np.log2(len(worths)))
    everyone = 2**n - 1
    removal = [worths[everyone] - worths[everyone ^ 1 << k] for k in range(n)]
    arrival = [worths[2 ** (k + 1) - 1] - worths[2**k - 1] for k in range(n)]

    measured = PastConditioned.measure(Ledger(TableGame(worths), max_evaluations=2 * n))

    np.testing.assert_allclose(measured.credit, (np.array(removal) + np.array(arrival)) / 2, atol=1e-12)


def test_it_costs_two_evaluations_a_player():
    """P prefixes, P texts with one player out, one of them shared: 2P evaluations; one less is refused."""
    worths = np.random.default_rng(0).normal(size=2**6)
    ledger = Ledger(TableGame(worths), max_evaluations=12)

    past_conditioned_estimate(ledger)

    assert ledger.distinct == 12
    with pytest.raises(BudgetTooSmall, match="raise the budget to 12"):
        past_conditioned_estimate(Ledger(TableGame(worths), max_evaluations=11))
