"""A credit for every player, with what is known of its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray
from scipy import special

from ospo_core.shapes import Credit

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Credit per player in reward units, and the factor of its error's covariance.

    Attributes:
        name: of the method.
        credit: one value a player.
        error_factor: rows E with covariance = E.T @ E; no rows when the value is exact, None when the method has no
            standard error at all. Sums over players have a standard error without assuming independence.
        degrees_of_freedom: of that covariance, for the t quantile; infinite for a model's posterior.
        exact: it is the Owen value, not an estimate of it.
        unbiased, efficient: what the method guarantees; efficient means credit sums to v(N) - v(empty).
        evaluations: distinct evaluations that went in.
        details: what a method adds of its own, as JSON values.
    """

    name: str
    credit: Credit
    error_factor: Float64[ndarray, "r n"] | None
    degrees_of_freedom: float = np.inf
    exact: bool = False
    unbiased: bool
    efficient: bool
    evaluations: int
    details: Mapping[str, Any] = field(default_factory=dict)

    def total(self, members: Bool[ndarray, "k n"]) -> Float64[ndarray, "k"]:
        """Credit of each set of players: the sum of theirs."""
        return members.astype(float) @ self.credit

    def standard_error(self, members: Bool[ndarray, "k n"]) -> Float64[ndarray, "k"] | None:
        """Standard error of each set's credit; None when the method has none."""
        if self.error_factor is None:
            return None
        return np.sqrt(np.square(self.error_factor @ members.T.astype(float)).sum(axis=0))

    @property
    def quantile(self) -> float:
        """How many standard errors make half of a nominal 95 % interval."""
        return float(special.stdtrit(self.degrees_of_freedom, 0.5 + CONFIDENCE / 2))
