import numpy as np
import pytest

from ospo_core.bench.accuracy_cell import Cell
from ospo_core.bench.accuracy_verdicts import below, compared, covering, not_above_noise, sooner
from ospo_core.bench.evaluations_to_error import Need


def cells(contender, *errors, per_player=8, covered=0, right=0):
    """One family an error, named a, b, c and so on; ten error bars each."""
    return [
        Cell(
            family=family,
            contender=contender,
            players=5,
            budget=5 * per_player,
            evaluations=5.0 * per_player,
            errors=np.atleast_2d(np.array(error, dtype=np.float64)),
            intervals=10,
            covered=covered,
            right=right,
        )
        for family, error in zip("abcdef", errors, strict=False)
    ]


def needs(contender, *found):
    return [
        Need(
            family=family,
            contender=contender,
            players=12,
            instances=1,
            seeds=1,
            limit=0.1,
            bound=bound,
            evaluations=float(evaluations),
            error=0.1,
        )
        for family, (bound, evaluations) in zip("abcdef", found, strict=False)
    ]


def test_families_are_counted():
    """Three of four are below; the fourth is named with both numbers."""
    verdict = compared("below", below, cells("ospo", 0.1, 0.2, 0.3, 0.4), cells("shap", 0.2, 0.3, 0.4, 0.375), 8)

    assert (verdict.good, verdict.families, verdict.wanted, verdict.met) == (3, 4, 4, False)
    assert verdict.bad == ("d: 0.4, shap 0.375",)


def test_an_exception_may_be_allowed():
    """Then three of four are enough, and the fourth is still named."""
    ours, theirs = cells("ospo", 0.1, 0.2, 0.3, 0.4), cells("shap", 0.2, 0.3, 0.4, 0.3)

    verdict = compared("below", below, ours, theirs, 8, exceptions=1)

    assert (verdict.wanted, verdict.met, len(verdict.bad)) == (3, True, 1)


@pytest.mark.parametrize(
    ("ours", "theirs", "good"), [(0.0, 1e-12, True), (1e-12, 0.0, True), (0.1, 0.1, False), (1e-6, 0.0, False)]
)
def test_only_ties_at_zero_count_for_ours(ours, theirs, good):
    """Zero is what rounding leaves."""
    assert below(cells("ospo", ours)[0], cells("shap", theirs)[0]) is good


@pytest.mark.parametrize(("ours", "good"), [(0.25, True), (1.52, True), (1.53, False)])
def test_above_by_less_than_their_noise_is_allowed(ours, good):
    """Theirs is 0.25 with 0.15 and 0.35 of two seeds, whose 95 % interval is 1.27 to either side."""
    assert not_above_noise(cells("ospo", ours)[0], cells("permutation", [0.15, 0.35])[0]) is good


def test_only_cells_of_that_budget_and_of_both_are_compared():
    """Without any there is no verdict."""
    assert compared("below", below, cells("ospo", 0.1), cells("shap", 0.2, per_player=4), 8) is None
    assert compared("below", below, cells("ospo", 0.1, 0.1), cells("shap", 0.2), 8).families == 1


@pytest.mark.parametrize(("covered", "met"), [(8, False), (9, True), (10, False)])
def test_coverage_may_be_too_low_and_too_high(covered, met):
    """88 to 98 % of each family and of all together."""
    verdict = covering(cells("ospo", 0.1, 0.2, covered=covered), 8)

    assert (verdict.met, verdict.families) == (met, 3)


def test_coverage_of_what_is_exact_says_so():
    """Such bars cannot but cover."""
    verdict = covering(cells("ospo", 0.1, covered=10, right=7), 8)

    assert verdict.bad == ("a: 1.000, 7 of 10 exact", "all families: 1.000, 7 of 10 exact")


def test_fewer_evaluations_are_better():
    """Not as many, and not when ours never arrives."""
    ours = needs("ospo", ("exactly", 50), ("exactly", 24), ("more than", 1152), ("exactly", 60))
    theirs = needs("kernel", ("exactly", 90), ("at most", 24), ("more than", 1153), ("more than", 1152))

    verdict = sooner(ours, theirs, exceptions=1)

    assert (verdict.good, verdict.families, verdict.wanted, verdict.met) == (2, 4, 3, False)
    assert verdict.bad == ("b: 24, kernel at most 24", "c: more than 1,152, kernel more than 1,153")
    assert sooner(ours, [], exceptions=1) is None
