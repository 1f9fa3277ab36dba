"""What a run shows before it is over: the document of the running estimate, kept in memory, the latest one only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from backend.queue.pacing import Pacing
from ospo_core.attribution import Attribution
from ospo_core.games.ledger import Watch


class Provisional:
    """A result on the way; its document is made when somebody asks for it."""

    def __init__(self, attributions: Sequence[Attribution], make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self.standard_error = _median_error(attributions)

    @cached_property
    def document(self) -> dict[str, Any]:
        """As docs/result.md describes it, `partial` true."""
        return self._make()


class Looking:
    """An EstimateWatch around the `Watch` of a run: `keep` gets every estimate that `pacing` leaves time for."""

    def __init__(self, watch: Watch, keep: Callable[[Any], None], pacing: Pacing | None = None) -> None:
        self._watch, self._keep, self._pacing = watch, keep, pacing or Pacing()

    def on_progress(self, done: int, planned: int) -> None:
        """As promised by Watch."""
        self._watch.on_progress(done, planned)

    def should_stop(self) -> bool:
        """As promised by Watch. Raises: Abandoned."""
        return self._watch.should_stop()

    def wants_estimate(self) -> bool:
        """As promised by EstimateWatch."""
        return self._pacing.begin_if_due()

    def on_estimate(self, found: Any) -> None:
        """As promised by EstimateWatch."""
        self._keep(found)
        self._pacing.end()


def _median_error(attributions: Sequence[Attribution]) -> float | None:
    """Of a token's credit; responses whose credit has no standard error are left out."""
    errors: list[float] = []
    for attribution in attributions:
        hierarchy = attribution.hierarchy
        of_players = attribution.estimate.standard_error(np.eye(hierarchy.tree.n_players, dtype=bool))
        if of_players is not None:
            errors += hierarchy.spread(of_players).tolist()
    return float(np.median(errors)) if errors else None


def median_error_of(document: dict[str, Any]) -> float | None:
    """The same of a stored document, a group's first rule standing for all."""
    explained = document["comparisons"][0]["responses"] if document["kind"] == "group" else [document]
    errors = [token["standard_error"] for one in explained for token in one["tokens"]]
    known = [error for error in errors if error is not None]
    return float(np.median(known)) if known else None
