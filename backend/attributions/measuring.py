"""Counterfactuals in a slot of the queue: a few evaluations, waited for by the one who asked, and not stored."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive

from backend.attributions.counterfactuals import Counterfactuals
from backend.attributions.schemas import CounterfactualView, EditBody
from backend.problems import ProblemError
from backend.queue.progress import Progress
from backend.results.export import no_result
from backend.rewards.calls import Calls
from backend.rewards.patience import Patience
from backend.rewards.policy import Allowed, Policy
from backend.rewards.schemas import RewardChoice
from backend.rewards.shelf import Shelf
from backend.rewards.yielding import yielding
from backend.runs.service import RunService
from backend.runs.waiting import attending

MOST_SECONDS = 600.0


class Measurement:
    """Edits of one result, measured once."""

    def __init__(self, counterfactuals: Counterfactuals, allowed: Allowed, *, shelf: Shelf, patience: Patience) -> None:
        self._counterfactuals, self._allowed = counterfactuals, allowed
        self._shelf, self._patience = shelf, patience
        self._view: CounterfactualView | None = None
        self._error: Exception | None = None

    def perform(self, progress: Progress) -> None:
        """In a slot."""
        try:
            self._view = self._patience.carry_out(self._allowed, lambda calls: self._measured(progress, calls))
        except Exception as error:
            self._error = error

    def _measured(self, progress: Progress, calls: Calls) -> CounterfactualView:
        return self._counterfactuals.measure(yielding(self._shelf.get(self._allowed), progress, calls))

    @property
    def view(self) -> CounterfactualView:
        """What was found. Raises: what the measuring raised; ProblemError: 503, it was stopped."""
        if self._error is not None:
            raise self._error
        if self._view is None:
            raise ProblemError(503, "stopped", "the measurement was stopped", headers={"Retry-After": "10"})
        return self._view


class Measuring:
    """Puts measurements into the queue."""

    def __init__(self, *, runs: RunService, shelf: Shelf, patience: Patience, policy: Policy) -> None:
        self._runs, self._shelf, self._patience, self._policy = runs, shelf, patience, policy

    async def answer(
        self, run_id: str, edits: Sequence[EditBody], *, client: str, receive: Receive
    ) -> CounterfactualView:
        """Measure, while the client is there.

        Raises: ProblemError: 404; 409, the run has no result; 422, an edit does not fit; 429. RewardError.
        """
        measurement = await run_in_threadpool(self._measurement, run_id, edits)
        work = await run_in_threadpool(self._runs.lend, client, measurement.perform)
        with attending(work, receive, self._runs.leave) as attendance:
            await attendance.until_over(MOST_SECONDS)
        return measurement.view

    def _measurement(self, run_id: str, edits: Sequence[EditBody]) -> Measurement:
        view = self._runs.view(run_id, "attribution")
        if view.result is None:
            raise no_result()
        allowed = self._policy.allow(RewardChoice.model_validate(view.request["reward"]))
        counterfactuals = Counterfactuals(view.result, edits)
        return Measurement(counterfactuals, allowed, shelf=self._shelf, patience=self._patience)
