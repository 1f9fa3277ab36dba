"""Owen value by permutations first and chosen coalitions second: half the budget each.

The first half are antithetic permutations: an unbiased estimate of their own, and the look at every player that the
choice needs. The second half goes, batch by batch, to the coalitions that lower the posterior variance of the credit
most (`adaptive_design`). Where some player was never heard (rubrics, lexical retrieval: rewards that ignore most
words) nothing can be chosen well, since the process cannot tell a silent player from a rarely heard one; there the
second half are permutations too, and the plain read-out follows.

The read-out is the value of the completed game, mixed with the permutations as far as held-out orders demand. It is
efficient and biased; its error bars are the process's posterior, widened.
"""

from __future__ import annotations

import numpy as np

from ospo_core.estimators.adaptive_design import most_informative
from ospo_core.estimators.cross_fitting import cross_fit
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.gaussian_process import widening
from ospo_core.estimators.odd_game import ReadOut, audible_players
from ospo_core.estimators.odd_kernel import Hyperparameters
from ospo_core.estimators.odd_process import MOST_FITTED, Completion, Seen, complete, refit
from ospo_core.estimators.permutation import OrderPairs
from ospo_core.games.ledger import Interrupted, Ledger
from ospo_core.shapes import Coalitions, Credit
from ospo_core.tree import Tree

LEAST_BATCH = 16
BATCH_GROWTH = 0.12
SEARCH_AGAIN = 1.3
"""Hyperparameters are searched anew when the observations have grown by this factor."""


def everybody_was_heard(coalitions: Coalitions, ledger: Ledger) -> bool:
    """Every player changed the worth in some observed step: the condition for choosing coalitions at all."""
    return bool(audible_players(coalitions, ledger.recall(coalitions)).all())


def bayesian_quadrature_estimate(
    tree: Tree, pairs: OrderPairs, ledger: Ledger, *, permutation: Credit, seed: int
) -> tuple[Estimate, bool]:
    """Spend what is left of the budget on chosen coalitions; (the estimate, whether the work was stopped early).

    `pairs` are evaluated already and everybody was heard in them. Batches hold at least 16 pairs, so that a device
    stays full.
    """
    rng, stopped = np.random.default_rng(seed), False
    coalitions = pairs.coalitions()
    completed = _first_completion(tree, coalitions, ledger, permutation, rng)
    searched = len(completed.seen.target)
    try:
        while ledger.left >= 2 and len(completed.unseen):
            coalitions = np.concatenate([coalitions, _evaluate_next(completed, ledger, rng)])
            seen = Seen.of(tree, coalitions, ledger.recall(coalitions))
            again = len(seen.target) > SEARCH_AGAIN * searched
            completed = refit(completed, seen, rng.permutation(len(seen.target))[:MOST_FITTED] if again else None)
            searched = len(seen.target) if again else searched
    except Interrupted:
        stopped = True
    return _estimate(tree, pairs, completed, permutation, ledger.distinct), stopped


def _first_completion(
    tree: Tree, coalitions: Coalitions, ledger: Ledger, permutation: Credit, rng: np.random.Generator
) -> Completion:
    seen = Seen.of(tree, coalitions, ledger.recall(coalitions))
    read_out = ReadOut.of(tree, seen.audible, rng)
    search = rng.permutation(len(seen.target))[:MOST_FITTED]
    return complete(seen, read_out, search, permutation, Hyperparameters())


def _evaluate_next(completed: Completion, ledger: Ledger, rng: np.random.Generator) -> Coalitions:
    """The next batch and its complements, evaluated."""
    count = min(ledger.left // 2, max(LEAST_BATCH, int(BATCH_GROWTH * len(completed.seen.target))))
    chosen = most_informative(completed, count, rng)
    batch = np.concatenate([chosen, ~chosen])
    ledger.worths(batch)
    return batch


def _estimate(tree: Tree, pairs: OrderPairs, completed: Completion, permutation: Credit, evaluations: int) -> Estimate:
    held_out = cross_fit(pairs.orders, completed.seen.pairs.coalitions, completed.seen.audible, completed.fit)
    share = held_out.permutation_share * completed.unseen_share
    hyper = completed.posterior.hyper
    return Estimate(
        name="bayesian-quadrature",
        credit=(1 - share) * completed.credit + share * permutation,
        error_factor=completed.error_factor() * widening(tree.n_players, evaluations),
        unbiased=False,
        efficient=True,
        evaluations=evaluations,
        details={
            "pairs": len(completed.seen.target),
            "chosen_pairs": len(completed.seen.target) - len(np.unique(pairs.coalitions(), axis=0)) // 2,
            "theta": hyper.theta,
            "focus": hyper.focus,
            "permutation_share": share,
        },
    )
