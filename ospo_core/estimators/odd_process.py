"""A Gaussian process over the odd part of a game, fitted to what was seen, and the game completed by it.

Seen coalitions keep their values exactly, unseen ones take the posterior mean; the value of the completed game is
efficient identically and exact once every consistent coalition was seen. Hyperparameters by leave-one-out predictive
likelihood, scale-free (Rasmussen and Williams 2006, section 5.4.2), times a weak prior: few observations fit some
extreme shape perfectly by luck, and would then claim to know everything. Decides neither what to evaluate nor what to
show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float64, Int64
from numpy import ndarray

from ospo_core.estimators.cross_fitting import Fit
from ospo_core.estimators.odd_game import Audible, OddPairs, ReadOut, audible_players, sampling_factor
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
DEFAULT = Hyperparameters()
SWEEPS = 2
QUICK_CONTEXTS = 800
"""Unseen contexts that stand for all of them in a quick look at the errors."""
MORE_ORDERS = 3
PRIOR = 0.2
"""Log score that a hyperparameter costs for every squared step on GRID away from the default."""
LEAST_VARIANCE = 1e-10
RESOLUTION = 1e-6
"""Neither the scale of errors nor any player's error is taken for less than 1e-5 and 1e-6 of the root mean square of o
while anything is unseen: a perfect fit proves no perfect model."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """A fitted process; `alpha` are the weights of the observations, `variance` and `rough` the scale of its errors.

    `held_out` is the mean squared error on observations left out one at a time.
    """

    hyper: Hyperparameters
    relevance: Relevance
    inverse_factor: Float64[ndarray, "m m"]
    alpha: Float64[ndarray, "m"]
    rough: float
    variance: float
    held_out: float
    score: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was observed of the odd part, scaled to unit root mean square; a scale of 0 means that there is none."""

    tree: Tree
    audible: Audible
    pairs: OddPairs
    features: Features
    target: Float64[ndarray, "m"]
    scale: float

    @classmethod
    def of(cls, tree: Tree, coalitions: Coalitions, worths: Worths, audible: Audible | None = None) -> Seen:
        """With no word on who is audible, those are that changed the worth in some observed step."""
        audible = audible_players(coalitions, worths) if audible is None else audible
        pairs = OddPairs.of(coalitions, worths, audible)
        scale = float(np.sqrt(np.mean(np.square(pairs.odd)))) if audible.any() else 0.0
        target = pairs.odd / scale if scale else pairs.odd
        return cls(tree, audible, pairs, Features.of(tree, pairs.coalitions, audible), target, scale)

    def relevance(self, credit: Credit, focus: float) -> Relevance:
        return Relevance.following(self.tree, credit, self.audible, focus)


def complete(
    seen: Seen, read_out: ReadOut, rng: np.random.Generator, credit: Credit, start: Hyperparameters
) -> Completion:
    """Fit with relevances that follow `credit` after a search of the whole grid, and complete the game."""
    hyper = search_hyperparameters(seen, rng, credit, start)
    contexts = Features.of(seen.tree, read_out.contexts, seen.audible)
    return _completed(seen, read_out, contexts, credit, hyper)


def refit(completed: Completion, seen: Seen, rng: np.random.Generator | None) -> Completion:
    """Fit again to more observations of the same players.

    Hyperparameters move by one step of the grid at most, and stay where no generator is given.
    """
    credit, hyper = completed.credit, completed.posterior.hyper
    if rng is not None:
        hyper = search_hyperparameters(seen, rng, credit, hyper, sweeps=1, nearby=True)
    return _completed(seen, completed.read_out, completed.contexts, credit, hyper)


def _completed(seen: Seen, read_out: ReadOut, contexts: Features, credit: Credit, hyper: Hyperparameters) -> Completion:
    posterior = fit_process(seen.features, seen.target, seen.relevance(credit, hyper.focus), hyper)
    return Completion.of(seen, read_out, contexts, posterior)


def search_hyperparameters(
    seen: Seen,
    rng: np.random.Generator,
    credit: Credit,
    start: Hyperparameters,
    *,
    sweeps: int = SWEEPS,
    nearby: bool = False,
) -> Hyperparameters:
    """Coordinate search over GRID, or its neighbouring values only: the best score on MOST_FITTED observations."""
    rows = rng.permutation(len(seen.target))[:MOST_FITTED]
    observed, target = seen.features[rows], seen.target[rows]

    def score(hyper: Hyperparameters) -> float:
        return fit_process(observed, target, seen.relevance(credit, hyper.focus), hyper).score - PRIOR * _steps(hyper)

    best, best_score = start, score(start)
    for _ in range(sweeps):
        before = best
        for name in GRID:
            for trial in _trials(best, name, nearby):
                trial_score = score(trial)
                if trial_score > best_score:
                    best, best_score = trial, trial_score
        if best == before:
            break
    return best


def _trials(hyper: Hyperparameters, name: str, nearby: bool) -> Iterator[Hyperparameters]:
    values = GRID[name]
    at = values.index(getattr(hyper, name))
    for number, value in enumerate(values):
        if number != at and (abs(number - at) == 1 or not nearby):
            yield replace(hyper, **{name: value})


def _steps(hyper: Hyperparameters) -> int:
    """Squared distance from the default, in steps of the grid."""
    return sum(
        (values.index(getattr(hyper, name)) - values.index(getattr(DEFAULT, name))) ** 2
        for name, values in GRID.items()
    )


def fit_process(observed: Features, target: ndarray, relevance: Relevance, hyper: Hyperparameters) -> Posterior:
    """Posterior and leave-one-out score (log predictive density with the scale profiled out)."""
    gram = covariance(observed, observed, relevance, hyper)
    rough = hyper.roughness * float(np.mean(np.diag(gram)))
    gram[np.diag_indices_from(gram)] += rough
    factor = np.linalg.cholesky(gram)
    # scipy's solve_triangular, the same LAPACK routine, keeps every other thread waiting: seconds on a large budget.
    identity = torch.eye(len(target), dtype=torch.float64)
    inverse_factor = torch.linalg.solve_triangular(torch.from_numpy(factor), identity, upper=False).numpy()
    precision = np.square(inverse_factor).sum(axis=0)
    alpha = inverse_factor.T @ (inverse_factor @ target)
    residual = alpha / precision
    variance = float(np.mean(np.square(residual) * precision))
    floored = max(variance, LEAST_VARIANCE * float(np.mean(np.square(target))))
    score = -len(target) / 2 * np.log(floored) + 0.5 * np.log(precision).sum()
    return Posterior(
        hyper, relevance, inverse_factor, alpha, rough, floored, float(np.mean(np.square(residual))), float(score)
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """The odd part at every read-out context: seen values kept, the rest from the posterior mean."""

    seen: Seen
    read_out: ReadOut
    posterior: Posterior
    odd: Float64[ndarray, "contexts"]
    unseen: Int64[ndarray, "columns"]
    contexts: Features
    cross: Float64[ndarray, "contexts observed"]

    @classmethod
    def of(cls, seen: Seen, read_out: ReadOut, contexts: Features, posterior: Posterior) -> Completion:
        known = read_out.at(seen.pairs.coalitions, seen.target)
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

    def error_factor(self) -> Float64[ndarray, "r n"]:
        """Rows E with E.T @ E = covariance of the credit: the posterior's, and of a read-out over sampled orders."""
        walks = self.read_out.walks
        if walks is None:
            return self._posterior_factor()
        sampled = sampling_factor(walks.marginals(self.odd)) * self.seen.scale
        return np.concatenate([self._posterior_factor(), sampled])

    def quick_error_factor(self, rng: np.random.Generator) -> Float64[ndarray, "r n"]:
        """As `error_factor`, with QUICK_CONTEXTS unseen contexts for all of them: a twentieth of its time.

        On texts of 64 and 190 words the errors of single players were mostly 0.7 to 1.7 times those of `error_factor`,
        and larger still where hardly anything was seen.
        """
        some = np.sort(rng.permutation(self.unseen)[:QUICK_CONTEXTS])
        scale = len(self.unseen) / max(len(some), 1)
        explained = self.posterior.inverse_factor @ self.cross[some].T
        own = covariance(self.contexts[some], self.contexts[some], self.posterior.relevance, self.posterior.hyper)
        own = own - explained.T @ explained
        own[np.diag_indices_from(own)] = (np.diag(own) + self.posterior.rough) / scale
        weights = self.read_out.weights[:, some] * scale
        factor = self._root(weights @ own @ weights.T * self.posterior.variance)
        walks = self.read_out.walks
        if walks is None:
            return factor
        return np.concatenate([factor, sampling_factor(walks.marginals(self.odd)) * self.seen.scale])

    def over_more_orders(self, rng: np.random.Generator) -> tuple[Credit, Float64[ndarray, "r n"]]:
        """(credit, factor of its error) with MORE_ORDERS times as many orders where the read-out goes over some.

        What was chosen was chosen on the first orders; the posterior mean is known on all others too, and their mean
        lowers the error that comes from sampling them.
        """
        walks = self.read_out.walks
        if walks is None:
            return self.credit, self.error_factor()
        marginals = [walks.marginals(self.odd)]
        for _ in range(MORE_ORDERS):
            more = ReadOut.of(self.seen.tree, self.seen.audible, rng)
            assert more.walks is not None
            contexts = Features.of(self.seen.tree, more.contexts, self.seen.audible)
            marginals.append(more.walks.marginals(Completion.of(self.seen, more, contexts, self.posterior).odd))
        together = np.concatenate(marginals) * self.seen.scale
        return together.mean(axis=0), np.concatenate([self._posterior_factor(), sampling_factor(together)])

    def _posterior_factor(self) -> Float64[ndarray, "n n"]:
        weights = self.read_out.weights[:, self.unseen]
        explained = (weights @ self.cross[self.unseen]) @ self.posterior.inverse_factor.T
        spread = self.posterior.rough * weights @ weights.T + self._prior(weights) - explained @ explained.T
        return self._root(spread * self.posterior.variance)

    def _root(self, spread: Float64[ndarray, "n n"]) -> Float64[ndarray, "n n"]:
        """Rows E with E.T @ E = this covariance, in reward units, and nobody's error below the resolution."""
        if len(self.unseen):
            spread[np.diag_indices_from(spread)] += RESOLUTION**2
        values, vectors = np.linalg.eigh(spread)
        return (vectors * np.sqrt(np.clip(values, 0, None))).T * self.seen.scale

    def _prior(self, weights: Float64[ndarray, "n u"], rows: int = 1024) -> Float64[ndarray, "n n"]:
        """Prior covariance of the unseen part of the credit, without holding the covariance of all contexts."""
        unseen, total = self.contexts[self.unseen], np.zeros((len(weights), len(weights)))
        for start in range(0, len(unseen), rows):
            part, rest = slice(start, start + rows), slice(start + rows, None)
            within = covariance(unseen[part], unseen[part], self.posterior.relevance, self.posterior.hyper)
            across = covariance(unseen[part], unseen[rest], self.posterior.relevance, self.posterior.hyper)
            mixed = weights[:, part] @ (across @ weights[:, rest].T)
            total += weights[:, part] @ (within @ weights[:, part].T) + mixed + mixed.T
        return total
