import numpy as np
import pytest

from ospo_core.estimators.bayesian_quadrature import BayesianQuadrature
from ospo_core.estimators.methods import Adaptive, StoppedTooEarly, method_named
from ospo_core.estimators.permutation import permutation_estimate, plan_pairs
from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree
from tests.core.estimators.test_permutation import FORTY_FIVE, covers, exact, saturating_sum
from tests.oracles import FunctionGame


def found_by(method, game, evaluations, seed=0, tree=FORTY_FIVE):
    ledger = Ledger(game, max_evaluations=evaluations)
    return method_named(method).find(tree, ledger, seed), ledger


@pytest.mark.slow
@pytest.mark.parametrize(("per_player", "pairs"), [(6, 1), (12, 2)])
def test_a_few_orders_audit_and_all_else_is_chosen(per_player, pairs):
    """Both estimates are there: the chosen one shown, and permutations of 2n or 4n evaluations; none too many."""
    findings, ledger = found_by("bayesian-quadrature", saturating_sum(0), per_player * 45)
    chosen, permutation = findings.estimates

    assert [chosen.name, permutation.name] == ["bayesian-quadrature", "permutation"]
    assert findings.shown == 0
    assert permutation.unbiased
    assert permutation.details["pairs"] == chosen.details["audit_pairs"] == pairs
    assert per_player * 45 - 2 < ledger.distinct <= per_player * 45
    assert chosen.details["chosen_pairs"] == pytest.approx((per_player / 2 - pairs) * 45, abs=2)
    assert "found nothing against the chosen coalitions" in findings.reason


@pytest.mark.slow
def test_efficient_and_repeatable():
    """Credit sums to v(N) - v(nothing), and one seed gives the same bits twice."""
    game = saturating_sum(1)
    ends = game.worths(np.array([[False] * 45, [True] * 45]))

    first, second = (found_by("bayesian-quadrature", game, 6 * 45, seed=3)[0].estimate.credit for _ in range(2))

    np.testing.assert_allclose(first.sum(), ends[1] - ends[0], atol=1e-9)
    assert first.tobytes() == second.tobytes()


@pytest.mark.slow
def test_a_reward_that_ignores_most_words_is_found():
    """Two players decide alone, by an AND: their credit is found to a thousandth, and nobody else's mistaken."""
    game = FunctionGame(45, lambda row: float(row[3] and row[4]))

    findings, _ = found_by("auto", game, 8 * 45)

    expected = np.zeros(45)
    expected[[3, 4]] = 0.5
    np.testing.assert_allclose(findings.estimate.credit, expected, atol=1e-3)


def test_a_reward_that_answers_nothing_gives_nobody_credit():
    """Every evaluation is the same number: permutations to the end, and the read-out says 0 for all."""
    findings, ledger = found_by("auto", FunctionGame(45, lambda row: 0.25), 8 * 45)

    assert ledger.distinct > 6 * 45
    np.testing.assert_array_equal(findings.estimate.credit, 0)


def test_the_smallest_budget_still_gives_an_estimate():
    """One pair of orders and nothing to choose with."""
    tree = Tree.from_nested([[0, 1, 2], [3, 4, 5]])
    weights = np.array([1.0, -2.0, 0.5, 3.0, 1.5, -0.7])
    game = FunctionGame(6, lambda row: float(np.tanh(weights @ row)))

    findings, ledger = found_by("bayesian-quadrature", game, 12, tree=tree)

    assert ledger.distinct <= 12
    assert np.isfinite(findings.estimate.credit).all()


@pytest.mark.slow
def test_stopping_while_choosing_keeps_what_was_chosen():
    """The estimate stands on everything evaluated, marked as partial."""

    class StopsAfterSomeCalls:
        calls = 0

        def on_progress(self, done, planned):
            self.calls += 1

        def should_stop(self):
            return self.calls >= 6

    ledger = Ledger(saturating_sum(0), max_evaluations=16 * 45, watch=StopsAfterSomeCalls())

    findings = Adaptive().find(FORTY_FIVE, ledger, 0)

    assert findings.partial
    assert findings.estimate.name == "bayesian-quadrature"
    assert "stopped at" in findings.reason


@pytest.mark.slow
@pytest.mark.parametrize("game", [saturating_sum(0), saturating_sum(1)], ids=["first", "second"])
def test_lower_error_than_the_read_out_of_permutations(game):
    """At equal evaluations (8n), mean over 6 seeds; and its intervals hold most of the truth."""
    truth = exact(game)

    chosen = [found_by("bayesian-quadrature", game, 8 * 45, seed)[0].estimate for seed in range(6)]
    plain = [found_by("gaussian-process", game, 8 * 45, seed)[0].estimate for seed in range(6)]

    errors = [np.mean([np.linalg.norm(one.credit - truth) for one in some]) for some in (chosen, plain)]
    assert errors[0] < errors[1]
    assert np.mean([covers(one, truth).mean() for one in chosen]) >= 0.85


@pytest.mark.parametrize("method", ["bayesian-quadrature", "permutation", "exact"])
def test_a_stop_while_orders_are_planned_is_said(method):
    """Planning writes texts too; before anything is evaluated there is nothing to keep."""

    class Stops:
        def on_progress(self, done, planned):
            pass

        def should_stop(self):
            return True

    tree = Tree.from_nested([[0, 1, 2], [3, 4, 5]])
    ledger = Ledger(FunctionGame(6, lambda row: float(row.sum())), max_evaluations=1000, watch=Stops())

    with pytest.raises(StoppedTooEarly, match="nothing to keep"):
        method_named(method).find(tree, ledger, 0)


@pytest.mark.slow
def test_a_glance_is_the_estimate_with_coarser_errors():
    """The credit of the first orders; the errors of most players within a factor of two; nothing is changed by it."""
    ledger = Ledger(saturating_sum(0), max_evaluations=6 * 45)
    pairs = plan_pairs(FORTY_FIVE, ledger, 0, most=1)
    ledger.worths(pairs.coalitions())
    permutation = permutation_estimate(pairs, ledger).credit
    quadrature = BayesianQuadrature(FORTY_FIVE, pairs, ledger, permutation=permutation, seed=0)
    quadrature.choose_until(0)
    verdict, players = quadrature.audited(), np.eye(45, dtype=bool)

    before = quadrature.estimate(verdict)
    glance = quadrature.glance()
    after = quadrature.estimate(verdict)

    ratio = glance.standard_error(players) / before.standard_error(players)
    assert 0.7 < np.median(ratio) < 2
    assert np.mean((ratio > 0.5) & (ratio < 2)) > 0.8
    np.testing.assert_allclose(glance.credit, before.credit, atol=2 * before.standard_error(players).max())
    assert before.credit.tobytes() == after.credit.tobytes()
