"""Jobs from request to answer: tables and files are read and written, and no trainer is ever touched from here."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.jobs import estimate
from backend.jobs.archive import Archive
from backend.jobs.folder import JobFolder, kept_free
from backend.jobs.journal import Journal
from backend.jobs.outcome import Outcome
from backend.jobs.records import Job, JobFilter, JobRecords, KeyTakenError, NewJob
from backend.jobs.run_check import CheckedRun, RunCheck
from backend.jobs.schemas import (
    MOST_EVENTS,
    CheckpointList,
    CheckpointView,
    EventPage,
    JobBody,
    JobList,
    JobQuery,
    JobView,
    PreviewOfRun,
    RunBody,
    time_of,
)
from backend.jobs.states import TRAINED, JobState
from backend.problem import Problem
from backend.problems import ProblemError
from backend.results.schemas import cursor_of
from backend.unlinked import holds_link
from backend.users.caller import Caller
from ospo_core.training.run_file import RunFile

COMMAND = "ospo train run.yaml --output {name}"
MOST_CONFIG_BYTES = 1_000_000


class JobService:
    """Knows no HTTP but the status of problems."""

    def __init__(self, *, records: JobRecords, jobs: Path, check: RunCheck) -> None:
        self._records, self._jobs, self._check = records, jobs, check

    def preview(self, body: RunBody, caller: Caller) -> PreviewOfRun:
        """What it would take. Raises: ProblemError: 422, it may not be trained; 403, not by him."""
        checked = self._check.check(body.run, body.rows, caller.role)
        paces = [self._pace(run) for run in checked.runs]
        seconds = [pace or estimate.rough_seconds(run) for pace, run in zip(paces, checked.runs, strict=True)]
        memory = [estimate.memory_bytes(run) for run in checked.runs]
        return PreviewOfRun(
            reward_calls=sum(estimate.reward_calls(run) for run in checked.runs),
            evaluations=max(estimate.evaluations(run) for run in checked.runs),
            seconds=_sum_of_known(seconds),
            seconds_measured=all(pace is not None for pace in paces),
            memory_bytes=None if None in memory else max(size for size in memory if size is not None),
            command=COMMAND.format(name=_folder_name(body.run.get("preset"))),
            yaml=_yaml(_whole(checked.runs, body).model_dump(mode="json")),
        )

    def create(self, body: JobBody, key: str | None, caller: Caller) -> JobView:
        """The job of this key, or a new one in line; of a pair the first. Raises: ProblemError: 422; 403."""
        digest = _digest(body)
        again = self._same_key(key, digest)
        if again is not None:
            return self._view(again)
        new = self._new_jobs(self._check.check(body.run, body.rows, caller.role), body, key, digest, caller.name)
        try:
            self._records.add(new)
        except KeyTakenError:
            return self.create(body, key, caller)
        for job in new:
            logs.event("job_queued", id=job.id, request=digest[:12], steps=job.steps)
        return self.view(new[0].id)

    def view(self, job_id: str) -> JobView:
        """A job. Raises: ProblemError: 404."""
        return self._view(self._stored(job_id))

    def workers(self) -> int | None:
        """How many are there to train; None where the store does not answer."""
        try:
            return self._records.workers()
        except SQLAlchemyError:
            return None

    def state(self, job_id: str) -> tuple[JobState, int, int | None]:
        """Its state, step and position. Raises: ProblemError: 404."""
        job = self._stored(job_id)
        return job.state, job.step, job.position

    def list(self, query: JobQuery) -> JobList:
        """A page. Raises: ProblemError: 422, the cursor is none of ours."""
        found = self._records.list(query.filter())
        shown, more = found[: query.limit], len(found) > query.limit
        return JobList(
            items=[self._view(job) for job in shown],
            next=cursor_of(shown[-1].created_at, shown[-1].id) if more else None,
        )

    def tag(self, job_id: str, tags: Sequence[str]) -> JobView:
        """Replace its tags. Raises: ProblemError: 404."""
        if not self._records.tag(job_id, tags):
            raise unknown_job()
        return self.view(job_id)

    def cancel(self, job_id: str, caller: Caller) -> JobView:
        """Save and stop; a job that is over stays as it is. Raises: ProblemError: 403, not his; 404."""
        caller.check_may_end(self._stored(job_id).made_by)
        self._records.cancel(job_id)
        logs.event("job_cancelled", id=job_id)
        return self.view(job_id)

    def resume(self, job_id: str, caller: Caller) -> JobView:
        """To the end of the line. Raises: ProblemError: 403, not his; 404; 409, it is under way or has succeeded."""
        caller.check_may_end(self._stored(job_id).made_by)
        if not self._records.resume(job_id):
            raise ProblemError(409, "not-resumable", "only a job that was cancelled or has failed can be resumed")
        logs.event("job_resumed", id=job_id)
        return self.view(job_id)

    def delete(self, job_id: str) -> None:
        """A job that is over, with its folder. Raises: ProblemError: 404; 409, it is under way."""
        self._stored(job_id)
        folder = self._folder(job_id)
        with kept_free(folder) as free:
            if not free or not self._records.delete(job_id):
                raise ProblemError(409, "under-way", "the job is under way; cancel it first")
            folder.remove()
        logs.event("job_deleted", id=job_id)

    def steps(self, job_id: str, after: int, limit: int = MOST_EVENTS) -> EventPage:
        """Its events after a sequence; -1 for all. Raises: ProblemError: 404."""
        self._stored(job_id)
        events = self.journal(job_id).after(after, limit)
        return EventPage(items=[event.line for event in events], next_after=events[-1].sequence if events else None)

    def journal(self, job_id: str) -> Journal:
        """Its events as a file."""
        return self._folder(job_id).journal()

    def checkpoints(self, job_id: str) -> CheckpointList:
        """The whole ones. Raises: ProblemError: 404."""
        self._stored(job_id)
        found = self._folder(job_id).checkpoints()
        return CheckpointList(items=[CheckpointView(step=one.step, bytes=one.bytes) for one in found])

    def checkpoint(self, job_id: str, step: int) -> Archive:
        """One as a zip. Raises: ProblemError: 404."""
        self._stored(job_id)
        found = [one for one in self._folder(job_id).checkpoints() if one.step == step]
        return self._archive(found[0].folder if found else None, "there is no whole checkpoint of this step")

    def adapter(self, job_id: str) -> Archive:
        """What was trained, as a zip. Raises: ProblemError: 404; 409, it has not trained to its end."""
        self._stored(job_id)
        return self._archive(self._trained(job_id), "the adapter is gone")

    def outcome(self, job_id: str) -> Outcome:
        """What was trained, to be loaded. Raises: ProblemError: 404; 409, not trained to its end, or linked."""
        job = self._stored(job_id)
        folder = self._trained(job_id)
        if holds_link(self._jobs, folder):
            raise ProblemError(409, "linked", "the folder of what was trained holds a link, and is not loaded")
        return Outcome(job_id=job.id, run=RunFile.model_validate(job.run), folder=folder)

    def _same_key(self, key: str | None, digest: str) -> Job | None:
        job = None if key is None else self._records.with_key(key)
        if job is not None and job.request_sha256 != digest:
            raise ProblemError(422, "key-reused", "this Idempotency-Key was used for another request; take a new one")
        return job

    def _new_jobs(
        self, checked: CheckedRun, body: JobBody, key: str | None, digest: str, made_by: str | None
    ) -> list[NewJob]:
        pair_id = str(uuid.uuid4()) if len(checked.runs) > 1 else None
        return [
            NewJob(
                id=str(uuid.uuid4()),
                pair_id=pair_id,
                label=body.label or run.name,
                run=run.model_dump(mode="json"),
                rows=checked.rows,
                steps=run.steps,
                idempotency_key=key if place == 0 else None,
                request_sha256=digest,
                tags=body.tags,
                made_by=made_by,
            )
            for place, run in enumerate(checked.runs)
        ]

    def _pace(self, run: RunFile) -> float | None:
        """Seconds of the run at the pace of the newest job with the same model, and credit or none like it."""
        for job in self._records.list(JobFilter(limit=20)):
            alike = job.run.get("model") == run.model and (job.run.get("rule") == "uniform") == (run.rule == "uniform")
            pace = estimate.pace_of(self.journal(job.id).last()) if alike else None
            if pace is not None:
                return estimate.seconds_at(pace, job.run, run)
        return None

    def _stored(self, job_id: str) -> Job:
        job = self._records.get(job_id)
        if job is None:
            raise unknown_job()
        return job

    def _trained(self, job_id: str) -> Path:
        folder = self._folder(job_id).adapter
        if not folder.is_dir():
            raise ProblemError(409, "no-result", "the job has not trained anything to its end yet")
        return folder

    def _archive(self, folder: Path | None, absent: str) -> Archive:
        if folder is not None:
            try:
                return Archive(folder, self._jobs)
            except OSError as error:
                logs.fault("archive_failed", error)
        raise ProblemError(404, "not-found", absent)

    def _folder(self, job_id: str) -> JobFolder:
        return JobFolder(self._jobs, job_id)

    def _view(self, job: Job) -> JobView:
        folder = self._folder(job.id)
        created = time_of(job.created_at)
        assert created is not None
        return JobView(
            id=job.id,
            pair_id=job.pair_id,
            label=job.label,
            tags=list(job.tags),
            state=job.state,
            position=job.position,
            unattended=job.unattended,
            step=job.step,
            steps=job.steps,
            created_at=created,
            started_at=time_of(job.started_at),
            ended_at=time_of(job.ended_at),
            eta_seconds=self._eta(job),
            config=_config(folder) or job.run,
            command=COMMAND.format(name=job.id),
            yaml=folder.yaml(job.run, has_rows=job.has_rows),
            problem=None if job.problem is None else Problem.model_validate(job.problem),
            checkpoints=[one.step for one in folder.checkpoints()],
            attempts=job.attempts,
            made_by=job.made_by,
        )

    def _eta(self, job: Job) -> float | None:
        if job.state not in TRAINED:
            return None
        pace = estimate.pace_of(self.journal(job.id).last())
        return None if pace is None else max(0.0, pace * (job.steps - job.step))


def unknown_job() -> ProblemError:
    """The 404 of an id that names nothing."""
    return ProblemError(404, "not-found", "there is no such job; it may have been deleted")


def _config(folder: JobFolder) -> dict[str, Any] | None:
    """The run's own file, where it is there and can be read."""
    try:
        with folder.open(folder.config, "rb") as file:
            config = yaml.safe_load(file.read(MOST_CONFIG_BYTES))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return None
    return config if isinstance(config, dict) else None


def _digest(body: JobBody) -> str:
    asked = json.dumps(body.model_dump(mode="json", exclude={"tags"}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(asked.encode("utf-8")).hexdigest()


def _whole(runs: Sequence[RunFile], body: RunBody) -> RunFile:
    """The one file that describes all runs: of a pair it still says that it is one."""
    return runs[0] if len(runs) == 1 else runs[0].model_copy(update={"preset": body.run["preset"]})


def _sum_of_known(seconds: Sequence[float | None]) -> float | None:
    return None if None in seconds else sum(one for one in seconds if one is not None)


def _yaml(run: dict[str, Any]) -> str:
    return yaml.safe_dump(run, sort_keys=False, allow_unicode=True)


def _folder_name(preset: object) -> str:
    return preset if isinstance(preset, str) and preset.isalnum() and len(preset) <= 40 else "out"
