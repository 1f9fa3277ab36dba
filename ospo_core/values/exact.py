"""The Owen (Winter, Shapley) value itself, by all consistent coalitions of a game."""

from __future__ import annotations

import numpy as np

from ospo_core.errors import BudgetTooSmall
from ospo_core.games.ledger import Ledger
from ospo_core.shapes import Credit
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions, count_consistent


def owen_value(tree: Tree, ledger: Ledger) -> Credit:
    """One value per player, in reward units; sums to v(N) - v(empty). Exact but for rounding.

    On a flat tree this is the Shapley value, on two levels Owen's (1977), on more Winter's (1989).
    Cost: `count_consistent(tree)` coalitions, fewer where texts repeat.
    Raises: BudgetTooSmall: the ledger's budget is smaller than that number; nothing is evaluated.
    """
    needed = count_consistent(tree)
    if needed > ledger.max_evaluations:
        raise BudgetTooSmall(
            f"the exact value of this tree of {tree.n_players} players needs {needed} evaluations, "
            f"the budget is {ledger.max_evaluations}; raise it to {needed}, or let the method be auto",
            needed=needed,
        )
    table = ConsistentCoalitions(tree)
    return table.value(ledger.worths(table.coalitions).astype(np.float64))
