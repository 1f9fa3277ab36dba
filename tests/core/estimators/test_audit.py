"""The audit finds a model that is wrong, and leaves one alone that is right."""

from dataclasses import replace

import numpy as np
import pytest

from ospo_core.estimators.audit import audit
from ospo_core.estimators.methods import Adaptive
from ospo_core.estimators.odd_game import ReadOut
from ospo_core.estimators.odd_process import DEFAULT, Seen, complete
from ospo_core.estimators.permutation import permutation_estimate, plan_pairs
from ospo_core.games.ledger import Ledger
from tests.core.estimators.test_permutation import FORTY_FIVE, saturating_sum

EVERYBODY = np.ones(45, dtype=bool)


def completed_and_orders(pairs=2, seed=0):
    ledger = Ledger(saturating_sum(seed), max_evaluations=1000)
    orders = plan_pairs(FORTY_FIVE, ledger, seed, most=pairs)
    coalitions = orders.coalitions()
    seen = Seen.of(FORTY_FIVE, coalitions, ledger.worths(coalitions), EVERYBODY)
    rng = np.random.default_rng(seed)
    credit = permutation_estimate(orders, ledger).credit
    return complete(seen, ReadOut.of(FORTY_FIVE, EVERYBODY, rng), rng, credit, DEFAULT), orders.orders


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_model_that_fits_is_not_contradicted(seed):
    completed, orders = completed_and_orders(seed=seed)

    verdict = audit(completed, orders, np.random.default_rng(0))

    assert verdict.pairs == 2
    assert not verdict.contradicts


def test_a_model_that_has_the_players_mixed_up_is_contradicted():
    """The odd part of other players' coalitions at every context: the audit's own walks lie far off its credit."""
    completed, orders = completed_and_orders()
    contexts = completed.read_out.contexts
    weights = np.linspace(-4, 4, 45) * completed.odd.std()
    wrong = replace(completed, odd=np.where(contexts, 1.0, -1.0) @ weights / 2)

    assert audit(wrong, orders, np.random.default_rng(0)).contradicts


@pytest.mark.slow
def test_a_contradiction_shows_the_permutations(monkeypatch):
    """The rest of the budget goes to permutations, they are shown, and the reason says why."""
    monkeypatch.setattr("ospo_core.estimators.audit.LEAST_PROBABILITY", 1.1)
    ledger = Ledger(saturating_sum(0), max_evaluations=16 * 45)

    findings = Adaptive().find(FORTY_FIVE, ledger, 0)

    assert findings.estimate.name == "permutation"
    assert findings.estimate.details["pairs"] > 5
    assert "contradict the chosen coalitions" in findings.reason
    assert findings.estimates[0].details["audit_probability"] > 0
