"""Runs from request to answer: the store is asked first, then the queue. Knows no HTTP but the status of problems."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend import logs
from backend.health.metrics import Metrics
from backend.problems import ProblemError, full_queue_error
from backend.queue.place import Place
from backend.queue.progress import Progress
from backend.queue.slots import Full, Slots
from backend.queue.work import Listener, Phase, Work
from backend.rewards.pace import Pace
from backend.rewards.patience import Patience
from backend.rewards.shelf import Shelf
from backend.runs.costs import costs_of_first
from backend.runs.execution import Execution
from backend.runs.preview import PreviewView, preview
from backend.runs.provisional import Provisional, median_error_of
from backend.runs.records import KeyTakenError, NewRun, Run, RunRecords
from backend.runs.schemas import MOST_TAGS, ProgressView, RunSummary, RunView
from backend.runs.states import State
from backend.runs.task import Task, address_of, request_hash
from backend.users.caller import Caller

SECONDS_OF_A_RESTART = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks, and how: `key` makes repeating safe, `held` gives the run up when nobody watches it any more.

    `place` is one that was reserved before; without it one is asked for. `user` is his name, where users have names.
    """

    client: str
    key: str | None = None
    held: bool = False
    tags: Sequence[str] = ()
    place: Place | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The run that answers a request; `work` is None where it is over."""

    view: RunView
    work: Work | None


class RunService:
    """Owns the runs that are under way."""

    def __init__(
        self, *, records: RunRecords, slots: Slots, shelf: Shelf, patience: Patience, pace: Pace, metrics: Metrics
    ) -> None:
        self._records, self._slots, self._shelf, self._metrics = records, slots, shelf, metrics
        self._patience, self._pace = patience, pace
        self._live: dict[str, tuple[Work, Execution]] = {}
        self._lock = threading.Lock()
        self.draining = False

    def submit(self, task: Task, sender: Sender) -> Submitted:
        """The run of this key, a stored result, or a new run in the queue.

        Raises: ProblemError: 422, the key was used for something else; 429, no place; 503, the service is ending.
        """
        digest = request_hash(task)
        again = self._same_key(sender.key, digest)
        if again is not None:
            return self._joined(again, sender)
        if self.draining:
            raise ending_problem()
        answered = self._from_store(task) if sender.key is None else None
        if answered is not None:
            return Submitted(view=self._view(self._also_tagged(answered, sender.tags), stored=True), work=None)
        if sender.place is not None:
            sender.place.take()
        else:
            self._reserve(sender.client)
        try:
            return self._queued(task, digest, sender)
        except KeyTakenError:
            self._slots.release(sender.client)
            return self.submit(task, replace(sender, place=None))
        except BaseException:
            self._slots.release(sender.client)
            raise

    def preview(self, task: Task) -> PreviewView:
        """What the task would take. Raises: OspoError: a text cannot be explained, or the tokenizer is missing."""
        reward = self._shelf.known(task.allowed)
        stored = reward is not None and self._records.has_result(address_of(task, reward))
        return preview(task.plan(), task.allowed, self._pace, stored=stored)

    def view(self, run_id: str, kind: str) -> RunView:
        """A run. Raises: ProblemError: 404."""
        return self._view(self._stored(run_id, kind))

    def work(self, run_id: str, kind: str) -> Work | None:
        """The work of a run, where it is under way. Raises: ProblemError: 404."""
        work = self._live_work(run_id)
        self._stored(run_id, kind, with_document=False)
        return work

    def held(self, run_id: str, kind: str, caller: Caller) -> Work | None:
        """The same, to be given up when nobody watches it any more. Raises: ProblemError: 403, not his; 404."""
        work = self.work(run_id, kind)
        if work is not None:
            caller.check_may_end(self._stored(run_id, kind, with_document=False).made_by)
            work.held = True
        return work

    def cancel(self, run_id: str, kind: str, caller: Caller) -> RunView:
        """Stop a run and keep what there is; a run that is over stays as it is.

        Raises: ProblemError: 403, not his; 404.
        """
        caller.check_may_end(self._stored(run_id, kind, with_document=False).made_by)
        work = self._live_work(run_id)
        if work is not None:
            self._slots.stop(work)
        return self.view(run_id, kind)

    def progress(self, work: Work) -> tuple[State, ProgressView]:
        """How far it is, without asking the store."""
        if work.phase is Phase.WAITING:
            return State.QUEUED, ProgressView(position=self._slots.position(work))
        progress = work.progress
        state = State.CANCELLING if progress.stopping else State.RUNNING
        shown: Provisional | None = progress.shown
        return state, ProgressView(
            done=progress.done,
            planned=progress.planned,
            eta_seconds=progress.eta_seconds,
            standard_error=None if shown is None else shown.standard_error,
            estimated=shown is not None,
        )

    def provisional(self, run_id: str) -> dict[str, Any] | None:
        """The document of the running estimate, its `partial` true; None where there is none, or the run is over."""
        with self._lock:
            live = self._live.get(run_id)
        if live is None:
            return None
        shown: Provisional | None = live[0].progress.shown
        return None if shown is None else shown.document

    def leave(self, work: Work, listener: Listener) -> None:
        """Somebody stops watching; held work that nobody watches is given up."""
        if work.leave(listener):
            logs.event("abandoned", id=work.id)
            self._slots.abandon(work)

    def lend(self, client: str, perform: Callable[[Progress], None]) -> Work:
        """A slot for held work that leaves no run behind. Raises: ProblemError: 429; 503."""
        if self.draining:
            raise ending_problem()
        self._reserve(client)
        work = Work(id=str(uuid.uuid4()), client=client, perform=perform, held=True)
        self._slots.submit(work)
        return work

    def delete(self, run_id: str) -> None:
        """Remove a run that is over. Raises: ProblemError: 404; 409, it is under way."""
        if self._live_work(run_id) is not None:
            raise ProblemError(409, "under-way", "the run is under way; cancel it first")
        if not self._records.delete(run_id):
            raise unknown_run()

    def drain(self, seconds: float) -> None:
        """Take nothing new, let what is there finish for so long, then stop the rest and keep its partial results."""
        self.draining = True
        if self._slots.wait_until_empty(seconds):
            return
        with self._lock:
            live = list(self._live.values())
        for work, execution in live:
            execution.stopped_as = State.INTERRUPTED
            self._slots.stop(work)

    def _same_key(self, key: str | None, digest: str) -> Run | None:
        run = None if key is None else self._records.with_key(key)
        if run is not None and run.request_sha256 != digest:
            raise ProblemError(422, "key-reused", "this Idempotency-Key was used for another request; take a new one")
        return run

    def _joined(self, run: Run, sender: Sender) -> Submitted:
        work = self._live_work(run.id)
        if work is not None and not sender.held:
            work.held = False
        return Submitted(view=self._view(run), work=work)

    def _from_store(self, task: Task) -> Run | None:
        """At once where the reward is built, and so its specification is known; else the run itself looks."""
        reward = self._shelf.known(task.allowed)
        return None if reward is None else self._records.answered(address_of(task, reward))

    def _also_tagged(self, run: Run, tags: Sequence[str]) -> Run:
        """The stored run that answers a request gets the request's tags beside its own."""
        if set(tags) <= set(run.tags):
            return run
        self._records.tag(run.id, [*run.tags, *tags][:MOST_TAGS])
        return self._stored(run.id, run.kind)

    def _reserve(self, client: str) -> None:
        try:
            self._slots.reserve(client)
        except Full as full:
            self._metrics.rejected(full.reason)
            raise full_queue_error(full.reason, full.retry_seconds) from None

    def _queued(self, task: Task, digest: str, sender: Sender) -> Submitted:
        run_id = str(uuid.uuid4())
        new = NewRun(
            id=run_id,
            kind=task.kind,
            request=task.request,
            request_sha256=digest,
            idempotency_key=sender.key,
            reward_kind=task.allowed.kind,
            prompt=task.prompt,
            tags=sender.tags,
            made_by=sender.user,
        )
        self._records.add(new)
        work = self._work(run_id, task, sender)
        sizes = " ".join(f"{name}={size}" for name, size in task.sizes.items())
        logs.event("run_queued", id=run_id, kind=task.kind, request=digest[:12], sizes=sizes)
        view = self._view(self._stored(run_id, task.kind))
        self._slots.submit(work)
        return Submitted(view=view, work=work)

    def _work(self, run_id: str, task: Task, sender: Sender) -> Work:
        execution = Execution(
            run_id,
            task,
            records=self._records,
            shelf=self._shelf,
            patience=self._patience,
            pace=self._pace,
            metrics=self._metrics,
        )
        work = Work(
            id=run_id,
            client=sender.client,
            perform=execution.perform,
            withdrawn=execution.withdraw,
            ended=lambda: self._forget(run_id),
            held=sender.held,
        )
        with self._lock:
            self._live[run_id] = (work, execution)
        return work

    def _forget(self, run_id: str) -> None:
        with self._lock:
            del self._live[run_id]

    def _live_work(self, run_id: str) -> Work | None:
        with self._lock:
            live = self._live.get(run_id)
        return None if live is None or live[0].over else live[0]

    def _stored(self, run_id: str, kind: str, *, with_document: bool = True) -> Run:
        run = self._records.get(run_id, kind=kind, with_document=with_document)
        if run is not None and not run.state.final and self._live_work(run_id) is None:
            run = self._records.get(run_id, kind=kind, with_document=with_document)  # it ended in between
        if run is None:
            raise unknown_run()
        return run

    def _view(self, run: Run, *, stored: bool = False) -> RunView:
        fields = RunSummary.fields_of(run)
        progress = ProgressView()
        work = None if run.state.final else self._live_work(run.id)
        if work is not None:
            fields["state"], progress = self.progress(work)
        elif not run.state.final:
            fields["state"] = State.INTERRUPTED  # its ending could not be written; the next start writes it
        elif run.document is not None:
            progress = _final_progress(run.document)
        if stored:
            fields["stored"] = True
        return RunView(**fields, progress=progress, request=run.request, result=run.document)


def unknown_run() -> ProblemError:
    """The 404 of an id that names nothing."""
    return ProblemError(404, "not-found", "there is no such run; it may have been deleted")


def ending_problem() -> ProblemError:
    """The 503 of a service that was asked to end."""
    headers = {"Retry-After": str(SECONDS_OF_A_RESTART)}
    return ProblemError(503, "ending", "the service is ending and takes no new work", headers=headers)


def _final_progress(document: dict[str, Any]) -> ProgressView:
    """From the costs and the errors that the document states."""
    costs = costs_of_first(document)
    done = sum(cost["evaluations_distinct"] for cost in costs)
    return ProgressView(
        done=done,
        planned=max(done, sum(cost["evaluations_planned"] for cost in costs)),
        eta_seconds=0,
        standard_error=median_error_of(document),
        estimated=True,
    )
