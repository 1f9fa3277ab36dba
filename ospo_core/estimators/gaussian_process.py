"""Owen value read out of a Gaussian process over the odd part of the game, fitted to coalitions already evaluated.

Costs no evaluation of its own. Seen coalitions keep their values exactly, unseen ones take the posterior mean, and
the value of the completed game is taken; it becomes exact as the last consistent coalition is seen. On what is
unseen it is averaged with its cross-fitted correction and, the worse the process predicts whole orders it was not
shown, with the permutations (`cross_fitting`). All three are efficient, so their mean is. It is biased towards the
kernel: lower error than the permutations on the same evaluations in nearly every game measured, no guarantee in any.

Hyperparameters by leave-one-out predictive likelihood (Rasmussen and Williams 2006, section 5.4.2), scale-free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray
from scipy import linalg

from ospo_core.estimators.cross_fitting import Fit, cross_fit
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.odd_game import Audible, OddPairs, ReadOut, audible_players
from ospo_core.estimators.odd_kernel import Features, Hyperparameters, Relevance, covariance
from ospo_core.shapes import Coalitions, Credit, Worths
from ospo_core.tree import Tree

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


@dataclass(frozen=True, slots=True)
class _Posterior:
    """A fitted process; `alpha` are the weights of the observations, `variance` and `rough` the scale of its errors."""

    hyper: Hyperparameters
    relevance: Relevance
    inverse_factor: Float64[ndarray, "m m"]
    alpha: Float64[ndarray, "m"]
    rough: float
    variance: float
    score: float


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
    seen = _Seen.of(tree, coalitions, worths)
    if seen.scale == 0.0:
        return _nothing_to_share(tree, evaluations)
    read_out = ReadOut.of(tree, seen.audible, rng)
    search = rng.permutation(len(seen.target))[:MOST_FITTED]
    first = _completed(seen, read_out, search, permutation, Hyperparameters())
    completed = _completed(seen, read_out, search, first.credit, first.posterior.hyper)
    held_out = cross_fit(orders, seen.pairs.coalitions, seen.audible, completed.fit)
    unseen = completed.unseen_share
    share = held_out.permutation_share * unseen
    process = completed.credit + unseen / 2 * held_out.correction * seen.scale
    hyper = completed.posterior.hyper
    return Estimate(
        name="gaussian-process",
        credit=(1 - share) * process + share * permutation,
        error_factor=completed.error_factor() * (1 + 3 * tree.n_players / max(evaluations, 1)),
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was observed of the odd part, scaled to unit root mean square; a scale of 0 means that there is none."""

    tree: Tree
    audible: Audible
    pairs: OddPairs
    features: Features
    target: Float64[ndarray, "m"]
    scale: float

    @classmethod
    def of(cls, tree: Tree, coalitions: Coalitions, worths: Worths) -> _Seen:
        audible = audible_players(coalitions, worths)
        pairs = OddPairs.of(coalitions, worths, audible)
        scale = float(np.sqrt(np.mean(np.square(pairs.odd)))) if audible.any() else 0.0
        target = pairs.odd / scale if scale else pairs.odd
        return cls(tree, audible, pairs, Features.of(tree, pairs.coalitions, audible), target, scale)

    def relevance(self, credit: Credit, focus: float) -> Relevance:
        return Relevance.following(self.tree, credit, self.audible, focus)


def _completed(
    seen: _Seen, read_out: ReadOut, search: Int64[ndarray, "s"], credit: Credit, start: Hyperparameters
) -> _Completion:
    """Fit with relevances that follow `credit`, and complete the game."""
    hyper = _search(seen, search, credit, start)
    posterior = _fit(seen.features, seen.target, seen.relevance(credit, hyper.focus), hyper)
    return _Completion.of(seen, read_out, posterior)


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


def _search(seen: _Seen, rows: Int64[ndarray, "s"], credit: Credit, start: Hyperparameters) -> Hyperparameters:
    """Coordinate search over GRID for the best leave-one-out score on these observations."""
    observed, target = seen.features[rows], seen.target[rows]

    def score(hyper: Hyperparameters) -> float:
        return _fit(observed, target, seen.relevance(credit, hyper.focus), hyper).score

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
    """The odd part at every read-out context: seen values kept, the rest from the posterior mean."""

    seen: _Seen
    read_out: ReadOut
    posterior: _Posterior
    odd: Float64[ndarray, "contexts"]
    unseen: Int64[ndarray, "columns"]
    contexts: Features
    cross: Float64[ndarray, "contexts observed"]

    @classmethod
    def of(cls, seen: _Seen, read_out: ReadOut, posterior: _Posterior) -> _Completion:
        odd_of = {row.tobytes(): odd for row, odd in zip(seen.pairs.coalitions, seen.target.tolist(), strict=True)}
        known = np.array([odd_of.get(row.tobytes(), np.nan) for row in read_out.contexts])
        contexts = Features.of(seen.tree, read_out.contexts, seen.audible)
        cross = covariance(contexts, seen.features, posterior.relevance, posterior.hyper)
        odd = np.where(np.isnan(known), cross @ posterior.alpha, known)
        return cls(seen, read_out, posterior, odd, np.flatnonzero(np.isnan(known)), contexts, cross)

    @property
    def credit(self) -> Credit:
        """The value of the completed game, in reward units."""
        return self.read_out.weights @ self.odd * self.seen.scale

    @property
    def fit(self) -> Fit:
        """What cross-fitting needs to know."""
        posterior = self.posterior
        return Fit(
            odd=self.seen.target,
            inverse=posterior.inverse_factor.T @ posterior.inverse_factor,
            gram=covariance(self.seen.features, self.seen.features, posterior.relevance, posterior.hyper),
            value_of=self.read_out.weights @ self.cross,
        )

    @property
    def unseen_share(self) -> float:
        """Share of the read-out's absolute weight on contexts that were not evaluated: 0 when the value is exact."""
        weights = np.abs(self.read_out.weights)
        return float(weights[:, self.unseen].sum() / weights.sum())

    def error_factor(self) -> Float64[ndarray, "n n"]:
        """Rows E with E.T @ E = posterior covariance of the credit, in reward units."""
        weights = self.read_out.weights[:, self.unseen]
        explained = (weights @ self.cross[self.unseen]) @ self.posterior.inverse_factor.T
        spread = self.posterior.rough * weights @ weights.T + self._prior(weights) - explained @ explained.T
        values, vectors = np.linalg.eigh(spread * self.posterior.variance)
        return (vectors * np.sqrt(np.clip(values, 0, None))).T * self.seen.scale

    def _prior(self, weights: Float64[ndarray, "n u"], rows: int = 1024) -> Float64[ndarray, "n n"]:
        """Prior covariance of the unseen part of the credit, without holding the covariance of all contexts."""
        unseen, total = self.contexts[self.unseen], np.zeros((len(weights), len(weights)))
        for start in range(0, len(unseen), rows):
            part = slice(start, start + rows)
            block = covariance(unseen[part], unseen, self.posterior.relevance, self.posterior.hyper)
            total += weights[:, part] @ (block @ weights.T)
        return total
