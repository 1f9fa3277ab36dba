"""The odd part of a game, o(S) = (v(S) - v(not S)) / 2, as it was observed, and the credit as a linear map of it.

The even part of a game has value 0, so the Owen value is a weighted sum of o over half of the consistent coalitions.
Knows nothing of any model of o.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64
from numpy import ndarray

from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.shapes import Coalitions, Worths
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions, count_consistent

MOST_CONTEXTS = 6400
"""Consistent pairs that the read-out sums over in full; above that it sums over sampled orders."""
READ_OUT_ORDERS = (24, 64)
"""Sampled orders: at most, and for responses so long that their prefixes pass MOST_CONTEXTS, at least."""

Audible = Bool[ndarray, "n"]
"""True for players that were seen to change the worth."""


@dataclass(frozen=True, slots=True)
class OddPairs:
    """Complementary pairs of coalitions of the audible players: one representative each, and o of it.

    The representative is the one that holds the first audible player; silent players are out in all of them.
    """

    coalitions: Coalitions
    odd: Worths

    @classmethod
    def of(cls, coalitions: Coalitions, worths: Worths, audible: Audible) -> OddPairs:
        """Every pair of which both halves are among the rows."""
        patterns = coalitions & audible
        worth_of = {row.tobytes(): worth for row, worth in zip(patterns, worths.tolist(), strict=True)}
        rows, odd = [], []
        for row in np.unique(patterns[patterns[:, np.argmax(audible)]], axis=0):
            other = worth_of.get((audible & ~row).tobytes())
            if other is not None:
                rows.append(row)
                odd.append((worth_of[row.tobytes()] - other) / 2)
        return cls(np.array(rows, dtype=bool).reshape(len(rows), coalitions.shape[1]), np.array(odd))


def audible_players(coalitions: Coalitions, worths: Worths) -> Audible:
    """Players that changed the worth in some observed step from one coalition to a neighbour.

    The others are silent as far as anybody looked: taken for null players, they get exactly 0, as they do from the
    permutations. Should two coalitions that differ in silent players only differ in worth, all are audible.
    """
    steps = coalitions[1:] ^ coalitions[:-1]
    single = steps.sum(axis=1) == 1
    moved = single & (np.diff(worths) != 0)
    audible = np.any(steps[moved], axis=0)
    worth_of: dict[bytes, float] = {}
    for row, worth in zip(coalitions & audible, worths.tolist(), strict=True):
        if worth_of.setdefault(row.tobytes(), worth) != worth:
            return np.ones_like(audible)
    return audible


@dataclass(frozen=True, slots=True)
class Walks:
    """Orders as columns of known coalitions: o on the way is sides * o[columns]."""

    orders: Int64[ndarray, "k n"]
    columns: Int64[ndarray, "k steps"]
    sides: Float64[ndarray, "k steps"]

    @classmethod
    def through(cls, orders: Int64[ndarray, "k n"], column_of: Mapping[bytes, int], audible: Audible) -> Walks:
        """Every representative on the way of these orders has a column."""
        found = [represented(prefixes(order), audible) for order in orders]
        columns = np.array([[column_of[row.tobytes()] for row in rows] for rows, _ in found])
        return cls(orders, columns, np.stack([sides for _, sides in found]))

    def marginals(self, odd: Float64[ndarray, "m"]) -> Float64[ndarray, "k n"]:
        """Marginal contributions along each order: the credit of the read-out is their mean."""
        gained = np.empty(self.orders.shape)
        np.put_along_axis(gained, self.orders, np.diff(odd[self.columns] * self.sides, axis=1), axis=1)
        return gained


def sampling_factor(marginals: Float64[ndarray, "k n"]) -> Float64[ndarray, "k n"]:
    """Rows E with E.T @ E = covariance of the mean marginal contribution that comes from sampling the orders."""
    count = len(marginals)
    return (marginals - marginals.mean(axis=0)) / np.sqrt(count * (count - 1))


@dataclass(frozen=True, slots=True)
class ReadOut:
    """Credit as a linear function of o over contexts: credit = weights @ o(contexts).

    `coalitions` holds, for each context, a consistent coalition with that pattern of audible players: what to
    evaluate, together with its complement, to learn o there. `column_of` finds a context by its bytes.
    """

    contexts: Coalitions
    coalitions: Coalitions
    weights: Float64[ndarray, "n m"]
    column_of: Mapping[bytes, int]
    walks: Walks | None = None

    @classmethod
    def of(cls, tree: Tree, audible: Audible, rng: np.random.Generator) -> ReadOut:
        """Over all consistent coalitions where they are few, else over the prefixes of sampled orders.

        Contexts that differ in silent players only are one, and a complementary pair is one.
        """
        if count_consistent(tree) <= 2 * MOST_CONTEXTS:
            every = ConsistentCoalitions(tree)
            return cls._folded(every.coalitions, every.coefficients, audible)
        sampler = OrderSampler(tree, rng)
        count = int(np.clip(MOST_CONTEXTS // tree.n_players, *READ_OUT_ORDERS))
        orders = np.stack([sampler.draw() for _ in range(count)])
        return cls._folded(*_walked(orders), audible, orders)

    @classmethod
    def _folded(
        cls,
        coalitions: Coalitions,
        coefficients: Float64[ndarray, "n m"],
        audible: Audible,
        orders: Int64[ndarray, "k n"] | None = None,
    ) -> ReadOut:
        representatives, sides = represented(coalitions, audible)
        # Sorting eight players a byte takes a fraction of the time, and the order is the same.
        packed = np.packbits(representatives, axis=1)
        _, first, column = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        contexts = representatives[first]
        weights = np.zeros((len(contexts), coefficients.shape[0]))
        np.add.at(weights, column, (coefficients * sides).T)
        originals = np.where(sides[first, None] > 0, coalitions[first], ~coalitions[first])
        steps = (-1, coalitions.shape[1] + 1)
        walks = None if orders is None else Walks(orders, column.reshape(steps), sides.reshape(steps))
        column_of = {row.tobytes(): number for number, row in enumerate(contexts)}
        return cls(contexts, originals, np.ascontiguousarray(weights.T) * audible[:, None], column_of, walks)

    def at(self, pairs: Coalitions, odd: Worths) -> Float64[ndarray, "contexts"]:
        """What these representatives say of each context; NaN where they say nothing."""
        values = np.full(len(self.contexts), np.nan)
        for row, value in zip(pairs, odd.tolist(), strict=True):
            column = self.column_of.get(row.tobytes())
            if column is not None:
                values[column] = value
        return values


def _walked(orders: Int64[ndarray, "k n"]) -> tuple[Bool[ndarray, "c n"], Float64[ndarray, "n c"]]:
    """Prefixes of the orders, one after the other, and the weights of their mean marginal contributions."""
    count, n = orders.shape
    coefficients = np.zeros((n, count * (n + 1)))
    for which, order in enumerate(orders):
        first = which * (n + 1) + np.arange(n)
        coefficients[order, first + 1] += 1 / count
        coefficients[order, first] -= 1 / count
    return np.concatenate([prefixes(order) for order in orders]), coefficients


def represented(coalitions: Coalitions, audible: Audible) -> tuple[Bool[ndarray, "m n"], Float64[ndarray, "m"]]:
    """(representative of each row's complementary pair, +1 or -1 as the row is it or its complement): o is odd."""
    patterns = coalitions & audible
    held = patterns[:, np.argmax(audible)]
    return np.where(held[:, None], patterns, audible & ~patterns), np.where(held, 1.0, -1.0)
