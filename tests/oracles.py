"""Slow definitions that share no code with the package: every admissible order, and Harsanyi dividends.

Games here are arrays of 2**n worths: bit i of the index says whether player i is in.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

Nested = int | Sequence["Nested"]


class TableGame:
    """A game given by its 2**n worths; counts the rows it was asked for."""

    def __init__(self, worths: np.ndarray) -> None:
        self.table = np.asarray(worths, dtype=np.float64)
        self.n_players = int(np.log2(len(worths)))
        self.evaluated = 0

    def keys(self, coalitions: np.ndarray) -> list[int]:
        return (coalitions @ (1 << np.arange(self.n_players))).tolist()

    def worths(self, coalitions: np.ndarray) -> np.ndarray:
        self.evaluated += len(coalitions)
        return self.table[self.keys(coalitions)]


class FunctionGame:
    """A game given by a function of one coalition, for player numbers where 2**n is too many."""

    def __init__(self, n_players: int, worth: Callable[[np.ndarray], float]) -> None:
        self.n_players = n_players
        self.worth = worth
        self.evaluated = 0

    def keys(self, coalitions: np.ndarray) -> list[bytes]:
        return [row.tobytes() for row in coalitions]

    def worths(self, coalitions: np.ndarray) -> np.ndarray:
        self.evaluated += len(coalitions)
        return np.array([self.worth(row) for row in coalitions], dtype=np.float64)


def table(n_players: int, worth: Callable[[frozenset[int]], float]) -> np.ndarray:
    """The 2**n worths of a function of player sets."""
    sets = (frozenset(i for i in range(n_players) if index >> i & 1) for index in range(2**n_players))
    return np.array([float(worth(members)) for members in sets])


def admissible_orders(nested: Nested) -> Iterator[tuple[int, ...]]:
    """Every order in which each union's players stand together."""
    if isinstance(nested, int):
        yield (nested,)
        return
    for arrangement in itertools.permutations(nested):
        for parts in itertools.product(*[list(admissible_orders(part)) for part in arrangement]):
            yield tuple(itertools.chain.from_iterable(parts))


def value_by_orders(nested: Nested, worths: np.ndarray) -> np.ndarray:
    """Owen (Winter) value by its definition: marginal contributions averaged over the admissible orders."""
    total, count = np.zeros(int(np.log2(len(worths)))), 0
    for order in admissible_orders(nested):
        members = 0
        for player in order:
            total[player] += worths[members | 1 << player] - worths[members]
            members |= 1 << player
        count += 1
    return total / count


def players_of(nested: Nested) -> frozenset[int]:
    """The players under a nested union."""
    return frozenset([nested]) if isinstance(nested, int) else frozenset().union(*map(players_of, nested))


def unanimity_share(nested: Nested, team: frozenset[int], player: int) -> float:
    """Closed form: the player's share of u_T is the product over its ancestors of 1 / (children that meet T)."""
    if isinstance(nested, int):
        return 1.0
    meeting = [part for part in nested if players_of(part) & team]
    mine = next(part for part in nested if player in players_of(part))
    return unanimity_share(mine, team, player) / len(meeting)


def value_by_dividends(nested: Nested, worths: np.ndarray) -> np.ndarray:
    """Any game is a sum of unanimity games (Harsanyi 1963), and the value is linear."""
    n = int(np.log2(len(worths)))
    dividends = np.array(worths, dtype=np.float64)
    for player in range(n):
        for index in range(2**n):
            if index >> player & 1:
                dividends[index] -= dividends[index ^ 1 << player]
    value = np.zeros(n)
    for index in range(1, 2**n):
        team = frozenset(i for i in range(n) if index >> i & 1)
        for player in team:
            value[player] += dividends[index] * unanimity_share(nested, team, player)
    return value
