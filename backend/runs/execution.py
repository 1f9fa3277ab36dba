"""One run in its slot: from a task to its ending in the store. Never raises but for what nobody can answer for."""

from __future__ import annotations

import time

from backend import logs
from backend.health.metrics import Metrics
from backend.problem import Problem
from backend.problems import problem_of
from backend.queue.progress import Abandoned, Progress
from backend.rewards.calls import Calls
from backend.rewards.pace import Pace, Work
from backend.rewards.patience import Patience
from backend.rewards.shelf import Shelf
from backend.rewards.yielding import YieldingReward, yielding
from backend.runs.costs import costs_of
from backend.runs.records import Ending, RunRecords
from backend.runs.states import State
from backend.runs.task import Outcome, Task, address_of, partial_address
from ospo_core.errors import OspoError
from ospo_core.estimators.methods import StoppedTooEarly


class Execution:
    """Performs a task as the run `run_id`."""

    def __init__(
        self,
        run_id: str,
        task: Task,
        *,
        records: RunRecords,
        shelf: Shelf,
        patience: Patience,
        pace: Pace,
        metrics: Metrics,
    ) -> None:
        self._run_id, self._task = run_id, task
        self._records, self._shelf, self._patience = records, shelf, patience
        self._pace, self._metrics = pace, metrics
        self.stopped_as = State.CANCELLED

    def perform(self, progress: Progress) -> None:
        """With a slot."""
        started = time.monotonic()
        self._records.start(self._run_id)
        ending = self._ending(progress)
        seconds = time.monotonic() - started
        self._finish(ending, seconds)

    def withdraw(self) -> None:
        """It was stopped before it had a slot."""
        self._finish(Ending(state=self.stopped_as, problem=self._stopped_problem()), 0.0)

    def _finish(self, ending: Ending, seconds: float) -> None:
        self._records.finish(self._run_id, ending)
        self._metrics.ended(kind=self._task.kind, state=ending.state, seconds=seconds)
        logs.event("run_ended", id=self._run_id, state=ending.state, stored=ending.stored, seconds=f"{seconds:.2f}")

    def _ending(self, progress: Progress) -> Ending:
        try:
            return self._patience.carry_out(self._task.allowed, lambda calls: self._answered(progress, calls))
        except (Abandoned, StoppedTooEarly):
            return Ending(state=self.stopped_as, problem=self._stopped_problem())
        except OspoError as error:
            logs.fault("run_refused", error, id=self._run_id)
            return Ending(state=State.FAILED, problem=problem_of(error).model_dump())
        except BaseException as error:  # also of a plug-in that exits while it is built
            logs.fault("run_failed", error, id=self._run_id)
            return Ending(state=State.FAILED, problem=problem_of(error).model_dump())

    def _answered(self, progress: Progress, calls: Calls) -> Ending:
        """From the store, or newly made."""
        progress.leave_if_abandoned()
        reward = self._shelf.get(self._task.allowed)
        address = address_of(self._task, reward)
        if self._records.has_result(address):
            return Ending(state=State.SUCCEEDED, address=address, stored=True)
        outcome = self._performed(yielding(reward, progress, calls), progress)
        if not outcome.partial:
            return Ending(state=State.SUCCEEDED, address=address, document=outcome.document)
        return Ending(
            state=self.stopped_as,
            address=partial_address(address, self._run_id),
            document=outcome.document,
            partial=True,
            problem=self._stopped_problem(),
        )

    def _performed(self, reward: YieldingReward, progress: Progress) -> Outcome:
        """Do the task, and learn how long it took."""
        started = time.monotonic()
        outcome = self._task.perform(reward, progress)
        work = Work(
            evaluations=reward.scored,
            characters=reward.characters,
            forward_tokens=sum(cost["forward_tokens"] for cost in costs_of(outcome.document)),
            seconds=time.monotonic() - started,
        )
        self._pace.learn(self._task.allowed, work)
        return outcome

    def _stopped_problem(self) -> dict[str, object]:
        detail = {
            State.CANCELLED: "stopped before it was complete, by request or because nobody waited for it any more",
            State.INTERRUPTED: "the service was ended before it was complete; send the request again",
        }[self.stopped_as]
        kind = f"urn:ospo:problem:{self.stopped_as}"
        return Problem(type=kind, title="Stopped early", status=409, detail=detail).model_dump()
