"""Owen value read out of a Gaussian process over the odd part of the game, fitted to the permutations' evaluations.

Costs no evaluation of its own. On what is unseen the value of the completed game is averaged with its cross-fitted
correction and, the worse the process predicts whole orders it was not shown, with the permutations
(`cross_fitting`). All three are efficient, so their mean is. It is biased towards the kernel: lower error than the
permutations on the same evaluations in nearly every game measured, no guarantee in any.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

from ospo_core.estimators.cross_fitting import cross_fit
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.odd_game import ReadOut
from ospo_core.estimators.odd_process import DEFAULT, Seen, complete
from ospo_core.shapes import Coalitions, Credit, Worths
from ospo_core.tree import Tree


def widening(n_players: int, evaluations: int) -> float:
    """Factor on the posterior's standard deviation, which takes relevances and hyperparameters for known."""
    return 1 + 3 * n_players / max(evaluations, 1)


def gaussian_process_estimate(
    tree: Tree,
    coalitions: Coalitions,
    worths: Worths,
    *,
    orders: Sequence[Int64[ndarray, "n"]],
    permutation: Credit,
    seed: int,
    evaluations: int,
) -> Estimate:
    """Read-out on the evaluated `coalitions`, among them all prefixes of `orders` and of their reverses.

    `permutation` is the credit from those orders: it says where to look, and it takes part in the mean. Without
    orders the process stands alone. Cost: O(p^3) for p observed pairs, and p * MOST_CONTEXTS kernel entries.
    """
    rng = np.random.default_rng(seed)
    seen = Seen.of(tree, coalitions, worths)
    if seen.scale == 0.0:
        return nothing_to_share(tree, evaluations)
    read_out = ReadOut.of(tree, seen.audible, rng)
    first = complete(seen, read_out, rng, permutation, DEFAULT)
    completed = complete(seen, read_out, rng, first.credit, first.posterior.hyper)
    held_out = cross_fit(orders, seen.pairs.coalitions, seen.audible, completed.fit)
    unseen = completed.unseen_share
    share = held_out.permutation_share * unseen
    process = completed.credit + unseen / 2 * held_out.correction * seen.scale
    hyper = completed.posterior.hyper
    return Estimate(
        name="gaussian-process",
        credit=(1 - share) * process + share * permutation,
        error_factor=completed.error_factor() * widening(tree.n_players, evaluations),
        unbiased=False,
        efficient=True,
        evaluations=evaluations,
        details={
            "pairs": len(seen.target),
            "contexts": len(read_out.contexts),
            "theta": hyper.theta,
            "focus": hyper.focus,
            "permutation_share": share,
        },
    )


def nothing_to_share(tree: Tree, evaluations: int) -> Estimate:
    """Every observed pair is even: the read-out is 0 for everybody, and nothing tells its error."""
    return Estimate(
        name="gaussian-process",
        credit=np.zeros(tree.n_players),
        error_factor=None,
        unbiased=False,
        efficient=True,
        evaluations=evaluations,
    )
