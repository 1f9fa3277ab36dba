"""The methods one can ask for by name, each as an object: from a tree and a ledger to one or two estimates.

Every method says in a sentence what is shown and why. A run that was stopped keeps what had been evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np

from ospo_core.errors import OspoError, SettingsError
from ospo_core.estimators.bayesian_quadrature import BayesianQuadrature
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.gaussian_process import gaussian_process_estimate
from ospo_core.estimators.paper import paper_estimate
from ospo_core.estimators.past_conditioned import past_conditioned_estimate
from ospo_core.estimators.permutation import (
    OrderPairs,
    complete_pairs,
    leading_pairs,
    permutation_estimate,
    plan_pairs,
)
from ospo_core.games.ledger import Interrupted, Ledger
from ospo_core.tree import Tree
from ospo_core.values.consistent import count_consistent
from ospo_core.values.exact import owen_value

FIRST_PAIRS = 4
"""Pairs of orders that an exact run evaluates first, so that stopping it leaves an estimate."""


FEW_PAIRS = 8
AUDIT_SHARE = 12
"""Evaluations a player from which two pairs of orders, 4n evaluations, are spent on the audit; one pair below."""


class StoppedTooEarly(OspoError):
    """The work was stopped before anything could be estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a method found: its estimates, which one is shown, and why."""

    estimates: tuple[Estimate, ...]
    shown: int = 0
    reason: str
    partial: bool = False

    @property
    def estimate(self) -> Estimate:
        """The one that is shown."""
        return self.estimates[self.shown]


Show = Callable[[Callable[[], Findings]], None]
"""Told now and then how to see what would be found if the work stopped here; calls it if it wants to see that."""


def to_nobody(_: Callable[[], Findings]) -> None:
    """A `Show` that does not want to see anything."""


@runtime_checkable
class Method(Protocol):
    """Finds the players' credit within the ledger's budget. Raises: BudgetTooSmall, RewardError, StoppedTooEarly.

    Sampling methods `show` provisional findings, which change nothing; the others have none.
    """

    @property
    def name(self) -> str: ...

    def find(self, tree: Tree, ledger: Ledger, seed: int, show: Show = to_nobody) -> Findings: ...


@dataclass(frozen=True, slots=True)
class Exact:
    """All consistent coalitions; refuses when they do not fit the budget."""

    name: str = "exact"

    def find(self, tree: Tree, ledger: Ledger, seed: int, show: Show = to_nobody) -> Findings:
        needed = count_consistent(tree)
        ledger.plan(needed)
        first = OrderPairs(())
        try:
            if needed <= ledger.left:
                first = plan_pairs(tree, ledger, seed, most=FIRST_PAIRS)
                ledger.worths(first.coalitions())
            with ledger.telling(lambda: _show_pairs(ledger, first, show)):
                credit = owen_value(tree, ledger)
        except Interrupted:
            return _stopped(tree, ledger, first, seed)
        exact = Estimate(
            name="exact",
            credit=credit,
            error_factor=np.zeros((0, tree.n_players)),
            exact=True,
            unbiased=True,
            efficient=True,
            evaluations=ledger.distinct,
        )
        return Findings(estimates=(exact,), reason=f"all {needed:,} consistent coalitions fit the budget")


@dataclass(frozen=True, slots=True)
class Sampled:
    """Antithetic permutations and the Gaussian-process read-out of the same evaluations; `shows` one of the two."""

    name: str
    shows: str

    def find(self, tree: Tree, ledger: Ledger, seed: int, show: Show = to_nobody) -> Findings:
        pairs = OrderPairs(())
        try:
            pairs = plan_pairs(tree, ledger, seed)
            coalitions = pairs.coalitions()
            ledger.plan(ledger.distinct + len(ledger.unseen(coalitions)))
            with ledger.telling(lambda: _show_pairs(ledger, pairs, show)):
                ledger.worths(coalitions)
        except Interrupted:
            return _stopped(tree, ledger, pairs, seed)
        return _read_out(tree, ledger, pairs, seed, shows=self.shows, because=_short_of_exact(tree, ledger))


@dataclass(frozen=True, slots=True)
class Adaptive:
    """One or two pairs of orders as an unbiased audit, everything else where it tells most of the credit."""

    name: str = "bayesian-quadrature"

    def find(self, tree: Tree, ledger: Ledger, seed: int, show: Show = to_nobody) -> Findings:
        roomy = ledger.left >= AUDIT_SHARE * tree.n_players
        pairs = OrderPairs(())
        try:
            pairs = plan_pairs(tree, ledger, seed, most=2 if roomy else 1)
            ledger.plan(min(ledger.max_evaluations, count_consistent(tree)))
            ledger.worths(pairs.coalitions())
        except Interrupted:
            return _stopped(tree, ledger, pairs, seed)
        permutation = permutation_estimate(pairs, ledger).credit
        quadrature = BayesianQuadrature(tree, pairs, ledger, permutation=permutation, seed=seed)
        look = partial(show, partial(_chosen_so_far, ledger, quadrature, pairs))
        try:
            if not quadrature.lost:
                look()
                with ledger.telling(look):
                    quadrature.choose_until(ledger.left // 2)
            if quadrature.lost or quadrature.audited().contradicts:
                pairs = _permutations_to_the_end(tree, ledger, pairs, seed, show)
                quadrature.take(pairs)
            else:
                with ledger.telling(look):
                    quadrature.choose_until(0)
        except Interrupted:
            because = f"stopped at {ledger.distinct:,} evaluations"
            return self._found(tree, ledger, quadrature, pairs, seed, because=because, partial=True)
        return self._found(tree, ledger, quadrature, pairs, seed, because=_short_of_exact(tree, ledger), partial=False)

    def _found(
        self,
        tree: Tree,
        ledger: Ledger,
        quadrature: BayesianQuadrature,
        pairs: OrderPairs,
        seed: int,
        *,
        because: str,
        partial: bool,
    ) -> Findings:
        pairs = complete_pairs(pairs, ledger)
        if quadrature.lost:
            found = _read_out(tree, ledger, pairs, seed, shows="gaussian-process", because=because)
            return Findings(estimates=found.estimates, shown=found.shown, reason=found.reason, partial=partial)
        verdict = quadrature.audited()
        estimates = (quadrature.estimate(verdict), permutation_estimate(pairs, ledger))
        which = "1 unbiased pair of orders" if verdict.pairs == 1 else f"{verdict.pairs} unbiased pairs of orders"
        says = "contradict" if verdict.contradicts else "found nothing against"
        audit = f"the audit: {which} {says} the chosen coalitions (p = {verdict.probability:.2g})"
        why = {
            True: f"{audit}, so the permutation estimate is shown{_caution(estimates[1])}",
            False: f"{audit}, and their estimate is shown for its lower error",
        }
        return Findings(
            estimates=estimates,
            shown=int(verdict.contradicts),
            reason=f"{because}; {why[verdict.contradicts]}",
            partial=partial,
        )


@dataclass(frozen=True, slots=True)
class Auto:
    """Exact when all consistent coalitions fit the budget, else adaptive."""

    name: str = "auto"

    def find(self, tree: Tree, ledger: Ledger, seed: int, show: Show = to_nobody) -> Findings:
        fits = count_consistent(tree) <= ledger.left
        method = Exact() if fits else Adaptive()
        return method.find(tree, ledger, seed, show)


@dataclass(frozen=True, slots=True)
class PastConditionedCredit:
    """The instant first look: 2P evaluations."""

    name: str = "past-conditioned"

    def find(self, tree: Tree, ledger: Ledger, seed: int, show: Show = to_nobody) -> Findings:
        reason = "what each player adds with its past present; not the Owen value, does not sum to the reward"
        return _all_or_nothing(lambda: past_conditioned_estimate(ledger), reason)


@dataclass(frozen=True, slots=True)
class PaperCredit:
    """The published estimator."""

    name: str = "paper"

    def find(self, tree: Tree, ledger: Ledger, seed: int, show: Show = to_nobody) -> Findings:
        reason = "contiguous windows as published; not the Owen value, captures a share of the reward only"
        return _all_or_nothing(lambda: paper_estimate(tree.n_players, ledger, seed), reason)


METHODS: tuple[Method, ...] = (
    Auto(),
    Exact(),
    Sampled("permutation", shows="permutation"),
    Sampled("gaussian-process", shows="gaussian-process"),
    Adaptive(),
    PastConditionedCredit(),
    PaperCredit(),
)


def method_named(name: str) -> Method:
    """The method of that name. Raises: SettingsError: there is none."""
    for method in METHODS:
        if method.name == name:
            return method
    raise SettingsError(f"unknown method {name!r}; choose one of {', '.join(method.name for method in METHODS)}")


def _short_of_exact(tree: Tree, ledger: Ledger) -> str:
    needed = count_consistent(tree)
    if needed <= ledger.max_evaluations:
        return f"estimated as asked, though exact would need only {needed:,} evaluations"
    return f"exact needs {needed:,} evaluations, the budget is {ledger.max_evaluations:,}"


def _caution(permutation: Estimate) -> str:
    """Few pairs hardly measure their own spread: a player without luck in all of them has a standard error of 0."""
    pairs = permutation.details["pairs"]
    return (
        "" if pairs >= FEW_PAIRS else f", {pairs} pairs of orders, too few for their error bars to be more than rough"
    )


def _all_or_nothing(estimate, reason: str) -> Findings:
    try:
        return Findings(estimates=(estimate(),), reason=reason)
    except Interrupted as stop:
        raise StoppedTooEarly("stopped before the credit was complete; this method has no partial result") from stop


def _permutations_to_the_end(tree: Tree, ledger: Ledger, pairs: OrderPairs, seed: int, show: Show) -> OrderPairs:
    more = plan_pairs(tree, ledger, seed, after=pairs)
    with ledger.telling(lambda: _show_pairs(ledger, more, show)):
        ledger.worths(more.coalitions())
    return more


def _show_pairs(ledger: Ledger, pairs: OrderPairs, show: Show) -> None:
    """Once a pair is complete, the permutations so far; a read-out of them would cost more than it tells."""
    if leading_pairs(OrderPairs(pairs.orders[:1]), ledger).orders:
        show(lambda: _permutations_so_far(ledger, pairs))


def _permutations_so_far(ledger: Ledger, pairs: OrderPairs) -> Findings:
    permutation = permutation_estimate(leading_pairs(pairs, ledger), ledger)
    reason = f"provisional, after {ledger.distinct:,} evaluations: the permutations so far{_caution(permutation)}"
    return Findings(estimates=(permutation,), reason=reason, partial=True)


def _chosen_so_far(ledger: Ledger, quadrature: BayesianQuadrature, pairs: OrderPairs) -> Findings:
    """What chosen coalitions say by now, with coarse errors, beside the pairs that will audit them."""
    estimates = (quadrature.glance(), permutation_estimate(pairs, ledger))
    reason = f"provisional, after {ledger.distinct:,} evaluations: the chosen coalitions so far, not yet audited"
    return Findings(estimates=estimates, reason=reason, partial=True)


def _stopped(tree: Tree, ledger: Ledger, pairs: OrderPairs, seed: int) -> Findings:
    finished = complete_pairs(pairs, ledger)
    if not finished.orders:
        raise StoppedTooEarly(
            f"stopped after {ledger.distinct} evaluations, before one pair of orders was complete; nothing to keep"
        )
    findings = _read_out(
        tree, ledger, finished, seed, shows="gaussian-process", because=f"stopped at {ledger.distinct:,} evaluations"
    )
    return Findings(estimates=findings.estimates, shown=findings.shown, reason=findings.reason, partial=True)


def _read_out(tree: Tree, ledger: Ledger, pairs: OrderPairs, seed: int, *, shows: str, because: str) -> Findings:
    permutation = permutation_estimate(pairs, ledger)
    coalitions = pairs.coalitions()
    process = gaussian_process_estimate(
        tree,
        coalitions,
        ledger.recall(coalitions),
        orders=pairs.orders,
        permutation=permutation.credit,
        seed=seed,
        evaluations=ledger.distinct,
    )
    estimates: Sequence[Estimate] = (process, permutation)
    shown = next(which for which, estimate in enumerate(estimates) if estimate.name == shows)
    why = {
        "gaussian-process": "the read-out is shown for its lower error, the unbiased permutations stand beside it",
        "permutation": "the unbiased permutations are shown, the read-out stands beside them",
    }
    return Findings(estimates=tuple(estimates), shown=shown, reason=f"{because}; {why[shows]}{_caution(permutation)}")
