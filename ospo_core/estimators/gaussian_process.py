"""Owen value read out of a Gaussian process over the odd part of the game, fitted to coalitions already evaluated.

Costs no evaluation of its own. Seen coalitions keep their values exactly, unseen ones take the posterior mean; the
credit is the Owen value of the completed game, so it is efficient identically and becomes exact as the last
consistent coalition is seen. It is biased towards the kernel: lower error than the permutations on the same
evaluations in nearly every game measured, and no guarantee in any.

Hyperparameters by leave-one-out predictive likelihood (Rasmussen and Williams 2006, section 5.4.2), scale-free.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray
from scipy import linalg

from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.odd_kernel import Features, Hyperparameters, Relevance, covariance
from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.shapes import Coalitions, Credit, Worths
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions, count_consistent

MOST_CONTEXTS = 6400
"""Consistent pairs that the read-out sums over in full; above that it sums over sampled orders."""
READ_OUT_ORDERS = 64
MOST_FITTED = 260
"""Observations in the search for hyperparameters; the final fit uses all."""
GRID = {
    "theta": (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
    "focus": (0.0, 0.5, 0.9, 0.97),
    "linear": (0.0, 0.3, 3.0),
    "nodes": (0.0, 0.3, 3.0),
    "roughness": (1e-6, 1e-4, 1e-3, 1e-2, 0.1, 0.3),
}
SWEEPS = 2

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
    audible = steps[moved].any(axis=0)
    worth_of: dict[bytes, float] = {}
    for row, worth in zip(coalitions & audible, worths.tolist(), strict=True):
        if worth_of.setdefault(row.tobytes(), worth) != worth:
            return np.ones_like(audible)
    return audible


@dataclass(frozen=True, slots=True)
class ReadOut:
    """Credit as a linear function of o over contexts: credit = weights @ o(contexts)."""

    contexts: Coalitions
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
        patterns = coalitions & audible
        held = patterns[:, np.argmax(audible)]
        representatives = np.where(held[:, None], patterns, audible & ~patterns)
        contexts, column = np.unique(representatives, axis=0, return_inverse=True)
        weights = np.zeros((len(contexts), coefficients.shape[0]))
        np.add.at(weights, column, (coefficients * np.where(held, 1.0, -1.0)).T)
        return cls(contexts, np.ascontiguousarray(weights.T) * audible[:, None])

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


@dataclass(frozen=True, slots=True)
class _Posterior:
    """A fitted process: hyperparameters, relevances, the Cholesky factor and the weights of the observations."""

    hyper: Hyperparameters
    relevance: Relevance
    factor: Float64[ndarray, "m m"]
    alpha: Float64[ndarray, "m"]
    rough: float
    variance: float
    score: float


def gaussian_process_estimate(
    tree: Tree, coalitions: Coalitions, worths: Worths, *, pilot: Credit, seed: int, evaluations: int
) -> Estimate:
    """Read-out on the evaluated `coalitions`; `pilot` is a first credit (the permutations'), for the relevances.

    Cost: O(p^3) for p observed pairs, and p * MOST_CONTEXTS kernel entries.
    """
    rng = np.random.default_rng(seed)
    audible = audible_players(coalitions, worths)
    pairs = OddPairs.of(coalitions, worths, audible)
    scale = float(np.sqrt(np.mean(np.square(pairs.odd)))) if audible.any() else 0.0
    if scale == 0.0:
        return _nothing_to_share(tree, evaluations)
    read_out = ReadOut.of(tree, audible, rng)
    observed, target = Features.of(tree, pairs.coalitions, audible), pairs.odd / scale
    search = rng.permutation(len(target))[:MOST_FITTED]
    hyper, credit = Hyperparameters(), pilot
    for _ in range(2):
        hyper = _search(tree, observed[search], target[search], credit, audible, hyper)
        posterior = _fit(observed, target, Relevance.following(tree, credit, audible, hyper.focus), hyper)
        completed = _Completion.of(tree, read_out, pairs, observed, audible, posterior)
        credit = completed.credit(read_out, scale)
    return Estimate(
        name="gaussian-process",
        credit=credit,
        error_factor=completed.error_factor(read_out) * scale * (1 + 3 * tree.n_players / max(evaluations, 1)),
        unbiased=False,
        efficient=True,
        evaluations=evaluations,
        details={"pairs": len(target), "contexts": len(read_out.contexts), "theta": hyper.theta, "focus": hyper.focus},
    )


def _nothing_to_share(tree: Tree, evaluations: int) -> Estimate:
    """Every observed pair is even: the read-out is 0 for everybody, and nothing tells its error."""
    return Estimate(
        name="gaussian-process",
        credit=np.zeros(tree.n_players),
        error_factor=None,
        unbiased=False,
        efficient=True,
        evaluations=evaluations,
    )


def _search(
    tree: Tree, observed: Features, target: ndarray, credit: Credit, audible: Audible, start: Hyperparameters
) -> Hyperparameters:
    """Coordinate search over GRID for the best leave-one-out score."""

    def score(hyper: Hyperparameters) -> float:
        return _fit(observed, target, Relevance.following(tree, credit, audible, hyper.focus), hyper).score

    best, best_score = start, score(start)
    for _ in range(SWEEPS):
        before = best
        for name in GRID:
            for trial in _neighbours(best, name):
                trial_score = score(trial)
                if trial_score > best_score:
                    best, best_score = trial, trial_score
        if best == before:
            break
    return best


def _neighbours(hyper: Hyperparameters, name: str) -> Iterator[Hyperparameters]:
    return (replace(hyper, **{name: value}) for value in GRID[name] if value != getattr(hyper, name))


def _fit(observed: Features, target: ndarray, relevance: Relevance, hyper: Hyperparameters) -> _Posterior:
    """Posterior and leave-one-out score (log predictive density with the scale profiled out)."""
    gram = covariance(observed, observed, relevance, hyper)
    rough = hyper.roughness * float(np.mean(np.diag(gram)))
    gram[np.diag_indices_from(gram)] += rough
    factor = np.linalg.cholesky(gram)
    inverse_factor = linalg.solve_triangular(factor, np.eye(len(target)), lower=True, check_finite=False)
    precision = np.square(inverse_factor).sum(axis=0)
    alpha = inverse_factor.T @ (inverse_factor @ target)
    residual = alpha / precision
    variance = float(np.mean(np.square(residual) * precision))
    floor = np.finfo(float).tiny
    score = -len(target) / 2 * np.log(max(variance, floor)) + 0.5 * np.log(precision).sum()
    return _Posterior(hyper, relevance, inverse_factor, alpha, rough, variance, float(score))


@dataclass(frozen=True, slots=True)
class _Completion:
    """The odd part at every read-out context: seen values kept, the rest from the posterior."""

    odd: Float64[ndarray, "contexts"]
    unseen: Features
    unseen_columns: ndarray
    cross: Float64[ndarray, "unseen observed"]
    posterior: _Posterior

    @classmethod
    def of(
        cls,
        tree: Tree,
        read_out: ReadOut,
        pairs: OddPairs,
        observed: Features,
        audible: Audible,
        posterior: _Posterior,
    ) -> _Completion:
        seen = {row.tobytes(): value for row, value in zip(pairs.coalitions, pairs.odd.tolist(), strict=True)}
        odd = np.array([seen.get(row.tobytes(), np.nan) for row in read_out.contexts])
        columns = np.flatnonzero(np.isnan(odd))
        unseen = Features.of(tree, read_out.contexts[columns], audible)
        cross = covariance(unseen, observed, posterior.relevance, posterior.hyper)
        return cls(odd, unseen, columns, cross, posterior)

    def credit(self, read_out: ReadOut, scale: float) -> Credit:
        odd = self.odd.copy()
        odd[self.unseen_columns] = self.cross @ self.posterior.alpha * scale
        return read_out.weights @ odd

    def error_factor(self, read_out: ReadOut) -> Float64[ndarray, "n n"]:
        """Rows E with E.T @ E = posterior covariance of the credit, in units of the scaled target."""
        weights = read_out.weights[:, self.unseen_columns]
        explained = (weights @ self.cross) @ self.posterior.factor.T
        spread = self.posterior.rough * weights @ weights.T + self._prior(weights) - explained @ explained.T
        values, vectors = np.linalg.eigh(spread * self.posterior.variance)
        return (vectors * np.sqrt(np.clip(values, 0, None))).T

    def _prior(self, weights: Float64[ndarray, "n u"], rows: int = 1024) -> Float64[ndarray, "n n"]:
        """Weights @ K @ weights.T without holding K."""
        total = np.zeros((len(weights), len(weights)))
        for start in range(0, len(self.unseen), rows):
            part = slice(start, start + rows)
            block = covariance(self.unseen[part], self.unseen, self.posterior.relevance, self.posterior.hyper)
            total += weights[:, part] @ (block @ weights.T)
        return total
