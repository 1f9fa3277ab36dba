"""What one GRPO step and one step under a rule would do to a stored group, in a slot of the queue.

Watched as it goes on: server-sent events, `progress` and at the end `step` or `problem`. Whoever closes the stream
ends the work after the part that is under way. Nothing is stored.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool

from backend import logs
from backend.groups.schemas import MovedView, StepBody, StepView
from backend.jobs.outcome import Outcome
from backend.jobs.service import JobService
from backend.problems import ProblemError, invalid, problem_of
from backend.queue.progress import Progress
from backend.queue.work import Work
from backend.results.export import no_result
from backend.results.reading import comparison_of
from backend.runs.events import EventStream, StreamPlace, Streams, event_bytes
from backend.runs.service import RunService
from ospo_core.report.step_view import StepFigures, step_views

FLAT = "uniform"
MOST_TOKENS = 4096
"""Of all responses together: a step reads each five times, and two of them backwards."""


class Step:
    """One preview. Raises: ProblemError: 422, the rule is not of this group, is flat, or the texts are too long."""

    def __init__(self, document: dict[str, Any], rule: str, outcome: Outcome | None) -> None:
        if rule == FLAT:
            raise invalid(("body", "rule"), "uniform is what the step is compared with; name another rule")
        self._comparison, self._rule = comparison_of(document, rule, ("body", "rule")), rule
        tokens = sum(len(one["tokens"]) for one in self._comparison["responses"])
        if tokens > MOST_TOKENS:
            raise invalid(("body", "rule"), f"the responses have {tokens:,} tokens; a step takes {MOST_TOKENS:,}")
        self._outcome = outcome
        self._view: StepView | None = None
        self._error: Exception | None = None

    def perform(self, progress: Progress) -> None:
        """In a slot. Imports the trainer's libraries, which takes seconds the first time."""
        try:
            from backend.groups.step_policy import STEP_POLICY

            with STEP_POLICY.borrowed(self._outcome) as (policy, tokenizer):
                self._view = self._stepped(policy, tokenizer, progress)
        except Exception as error:
            self._error = error

    def told(self) -> bytes:
        """The last event."""
        if self._view is not None:
            return event_bytes("step", self._view.model_dump())
        if self._error is not None and not isinstance(self._error, ProblemError):
            logs.fault("step_failed", self._error)
        error = self._error or ProblemError(503, "stopped", "the step was stopped")
        return event_bytes("problem", problem_of(error).model_dump())

    def _stepped(self, policy: Any, tokenizer: Any, progress: Progress) -> StepView:
        from ospo_core.training.one_step import Advised, one_step

        def report(done: int, planned: int) -> None:
            progress.on_progress(done, planned)
            if progress.should_stop():
                raise ProblemError(503, "stopped", "the step was stopped")

        advised = [
            Advised(
                text=one["response"],
                starts=[token["start"] for token in one["tokens"]],
                advantages={FLAT: [one["advantage"]] * len(one["tokens"]), self._rule: one["token_advantages"]},
                eos={FLAT: one["advantage"], self._rule: one["eos_advantage"]},
            )
            for one in self._comparison["responses"]
        ]
        found = one_step(policy, tokenizer, self._comparison["prompt"], advised, report=report)
        changes = [
            (
                _on_cells(one.changes[FLAT].tolist(), one.ranges, row),
                _on_cells(one.changes[self._rule].tolist(), one.ranges, row),
            )
            for one, row in zip(found.responses, self._comparison["responses"], strict=True)
        ]
        figures = StepFigures(
            cosine=found.cosine,
            opposed=found.opposed,
            follow=(found.follow[FLAT], found.follow[self._rule]),
            learning_rate=found.learning_rate,
            adapter=found.adapter,
        )
        return StepView(
            views=[dict(view) for view in step_views(self._comparison, changes, figures)],
            rule=self._rule,
            cosine=found.cosine,
            opposed=found.opposed,
            follow=dict(found.follow),
            learning_rate=found.learning_rate,
            responses=[
                MovedView(
                    starts=[start for start, _ in one.ranges],
                    ends=[end for _, end in one.ranges],
                    before=one.before.tolist(),
                    advantages={name: values.tolist() for name, values in one.advantages.items()},
                    changes={name: values.tolist() for name, values in one.changes.items()},
                )
                for one in found.responses
            ],
        )


def _on_cells(changes: Sequence[float], ranges: Sequence[tuple[int, int]], row: dict[str, Any]) -> list[float]:
    """The changes of the policy's tokens summed on the result's; the end of the sequence is on none."""
    starts = [token["start"] for token in row["tokens"]]
    summed = [0.0] * len(starts)
    for change, (start, end) in zip(changes, ranges, strict=True):
        if start < end:
            summed[bisect_right(starts, start) - 1] += float(change)
    return summed


class Stepping:
    """Puts steps into the queue, one at a time on the policy."""

    def __init__(self, *, runs: RunService, jobs: JobService, streams: Streams, heartbeat: float) -> None:
        self._runs, self._jobs, self._streams, self._heartbeat = runs, jobs, streams, heartbeat

    def stream(self, run_id: str, body: StepBody, client: str) -> StepStream:
        """Its events. Raises: ProblemError: 404; 409, the group has no result, or the job no model; 422; 429; 503."""
        view = self._runs.view(run_id, "group")
        if view.result is None:
            raise no_result()
        outcome = None if body.job is None else self._jobs.outcome(body.job)
        step = Step(view.result, body.rule, outcome)
        place = self._streams.place(client)
        work = self._runs.lend(client, step.perform)
        return StepStream(self._runs, run_id, work, step, place=place, heartbeat=self._heartbeat)


class StepStream(EventStream):
    """The events of one step."""

    def __init__(
        self, runs: RunService, run_id: str, work: Work, step: Step, *, place: StreamPlace, heartbeat: float
    ) -> None:
        super().__init__(runs, run_id, "group", work, place=place, heartbeat=heartbeat)
        self._step = step

    async def _last(self) -> bytes:
        return await run_in_threadpool(self._step.told)
