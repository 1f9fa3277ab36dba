"""The odd part of a game, o(S) = (v(S) - v(not S)) / 2, as it was observed, and the credit as a linear map of it.

The even part of a game has value 0, so the Owen value is a weighted sum of o over half of the consistent coalitions.
Knows nothing of any model of o.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray

from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.shapes import Coalitions, Worths
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions, count_consistent

MOST_CONTEXTS = 6400
"""Consistent pairs that the read-out sums over in full; above that it sums over sampled orders."""
READ_OUT_ORDERS = 64

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
class ReadOut:
    """Credit as a linear function of o over contexts: credit = weights @ o(contexts).

    `coalitions` holds, for each context, a consistent coalition with that pattern of audible players: what to
    evaluate, together with its complement, to learn o there.
    """

    contexts: Coalitions
    coalitions: Coalitions
    weights: Float64[ndarray, "n m"]

    @classmethod
    def of(cls, tree: Tree, audible: Audible, rng: np.random.Generator) -> ReadOut:
        """Over all consistent coalitions where they are few, else over the prefixes of sampled orders.

        Contexts that differ in silent players only are one, and a complementary pair is one.
        """
        if count_consistent(tree) <= 2 * MOST_CONTEXTS:
            every = ConsistentCoalitions(tree)
            return cls._folded(every.coalitions, every.coefficients, audible)
        return cls._folded(*cls._sampled(tree, rng), audible)

    @classmethod
    def _folded(cls, coalitions: Coalitions, coefficients: ndarray, audible: Audible) -> ReadOut:
        representatives, sides = represented(coalitions, audible)
        contexts, first, column = np.unique(representatives, axis=0, return_index=True, return_inverse=True)
        weights = np.zeros((len(contexts), coefficients.shape[0]))
        np.add.at(weights, column, (coefficients * sides).T)
        originals = np.where(sides[first, None] > 0, coalitions[first], ~coalitions[first])
        return cls(contexts, originals, np.ascontiguousarray(weights.T) * audible[:, None])

    @staticmethod
    def _sampled(tree: Tree, rng: np.random.Generator) -> tuple[Bool[ndarray, "c n"], Float64[ndarray, "n c"]]:
        """Prefixes of READ_OUT_ORDERS orders, and the marginal weights of those orders."""
        n, sampler = tree.n_players, OrderSampler(tree, rng)
        walks, coefficients = [], np.zeros((n, READ_OUT_ORDERS * (n + 1)))
        for which in range(READ_OUT_ORDERS):
            order = sampler.draw()
            walks.append(prefixes(order))
            first = which * (n + 1) + np.arange(n)
            coefficients[order, first + 1] += 1 / READ_OUT_ORDERS
            coefficients[order, first] -= 1 / READ_OUT_ORDERS
        return np.concatenate(walks), coefficients


def represented(coalitions: Coalitions, audible: Audible) -> tuple[Bool[ndarray, "m n"], Float64[ndarray, "m"]]:
    """(representative of each row's complementary pair, +1 or -1 as the row is it or its complement): o is odd."""
    patterns = coalitions & audible
    held = patterns[:, np.argmax(audible)]
    return np.where(held[:, None], patterns, audible & ~patterns), np.where(held, 1.0, -1.0)
