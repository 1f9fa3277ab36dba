"""Owen value by antithetic permutations of the tree: unbiased, exactly efficient, with a standard error per player.

Castro et al. (2009) for sampling marginal contributions over orders, Mitchell et al. (2022) for antithetic pairs;
orders are restricted to the admissible ones of the tree. A pair costs at most 2n evaluations: its two orders pass
through complementary coalitions. Players whose marginal contributions never change have a standard error of 0.

The number of pairs follows from the budget in *distinct* evaluations, known before anything is evaluated. The pair
that no longer fits is dropped, which favours overlapping pairs by a little; the estimate is unbiased up to that.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from ospo_core.errors import BudgetTooSmall
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.games.ledger import Ledger
from ospo_core.shapes import Coalitions, Credit
from ospo_core.tree import Tree

REQUESTED_PER_EVALUATION = 4
"""Orders stop when they have asked for this many times the budget: on small games nearly everything repeats."""


@dataclass(frozen=True, slots=True)
class OrderPairs:
    """Orders to be walked forwards and backwards. Not yet evaluated."""

    orders: tuple[Int64[ndarray, "n"], ...]

    def coalitions(self) -> Coalitions:
        """Every coalition on the way, pair after pair, empty and grand ones included with each order."""
        return np.concatenate([walk for order in self.orders for walk in (prefixes(order), prefixes(order[::-1]))])


def plan_pairs(
    tree: Tree,
    ledger: Ledger,
    seed: int,
    *,
    most: int | None = None,
    within: int | None = None,
    after: OrderPairs | None = None,
) -> OrderPairs:
    """As many antithetic pairs as fit the ledger's budget, without evaluating any.

    `most` bounds their number, `within` their new evaluations. With `after`, pairs planned before with the same seed,
    the sequence goes on behind them; they are in the result.
    Raises: BudgetTooSmall: not even one pair fits; says how many evaluations one needs. Interrupted.
    """
    sampler = OrderSampler(tree, np.random.default_rng(seed))
    orders = [sampler.draw() for _ in (after.orders if after else ())]
    room = ledger.left if within is None else min(within, ledger.left)
    planned: set[Hashable] = set()
    while (most is None or len(orders) < most) and not _asks_too_often(tree, len(orders) + 1, ledger):
        order = sampler.draw()
        fresh = ledger.unseen(OrderPairs((order,)).coalitions(), planned)
        if len(planned) + len(fresh) > room:
            if not orders:
                raise _not_even_one(tree, ledger, needed=ledger.distinct + len(fresh))
            break
        orders.append(order)
        planned |= fresh
        ledger.leave_if_asked()
    return OrderPairs(tuple(orders))


def _asks_too_often(tree: Tree, pairs: int, ledger: Ledger) -> bool:
    """So many pairs would request more than REQUESTED_PER_EVALUATION times the budget; the first is always allowed."""
    requested = pairs * 2 * (tree.n_players + 1)
    return pairs > 1 and requested > REQUESTED_PER_EVALUATION * ledger.max_evaluations


def _not_even_one(tree: Tree, ledger: Ledger, *, needed: int) -> BudgetTooSmall:
    return BudgetTooSmall(
        f"{tree.n_players} players need at least {needed} evaluations (one antithetic pair of orders), "
        f"got {ledger.max_evaluations}; raise the budget to {needed}",
        needed=needed,
    )


def permutation_estimate(pairs: OrderPairs, ledger: Ledger) -> Estimate:
    """Mean marginal contribution over the pairs; standard errors from the spread between pairs.

    Rotations make the pairs of one block negatively dependent, so the standard error errs on the large side.
    One pair alone has no spread: its standard error is unknown (None).
    """
    per_pair = np.stack([_marginals_of_pair(order, ledger) for order in pairs.orders])
    count = len(per_pair)
    mean = per_pair.mean(axis=0)
    factor = (per_pair - mean) / np.sqrt(count * (count - 1)) if count > 1 else None
    return Estimate(
        name="permutation",
        credit=mean,
        error_factor=factor,
        degrees_of_freedom=float(max(count - 1, 1)),
        unbiased=True,
        efficient=True,
        evaluations=ledger.distinct,
        details={"pairs": count},
    )


def complete_pairs(pairs: OrderPairs, ledger: Ledger) -> OrderPairs:
    """Those pairs whose coalitions have all been evaluated: what a stopped run can still use."""
    return OrderPairs(tuple(order for order in pairs.orders if _complete(order, ledger)))


def leading_pairs(pairs: OrderPairs, ledger: Ledger) -> OrderPairs:
    """Those before the first that is not complete: pairs are evaluated in their order, so that the rest is not yet."""
    return OrderPairs(tuple(takewhile(lambda order: _complete(order, ledger), pairs.orders)))


def _complete(order: Int64[ndarray, "n"], ledger: Ledger) -> bool:
    return bool(ledger.known(OrderPairs((order,)).coalitions()).all())


def _marginals_of_pair(order: Int64[ndarray, "n"], ledger: Ledger) -> Credit:
    return (_marginals(order, ledger) + _marginals(order[::-1], ledger)) / 2


def _marginals(order: Int64[ndarray, "n"], ledger: Ledger) -> Float64[ndarray, "n"]:
    gained = np.empty(len(order))
    gained[order] = np.diff(ledger.recall(prefixes(order)))
    return gained
