"""The audit log as it is read: its acts, and what the runs and jobs that they name are today."""

from __future__ import annotations

from backend.audit.records import AuditRecords
from backend.audit.schemas import AuditList, AuditPage
from backend.jobs.records import JobRecords
from backend.runs.records import RunRecords

JOB = "job"


class AuditService:
    """Reads the log, and of runs and jobs no more than whether they are there."""

    def __init__(self, records: AuditRecords, runs: RunRecords, jobs: JobRecords) -> None:
        self._records, self._runs, self._jobs = records, runs, jobs

    def list(self, page: AuditPage) -> AuditList:
        """A page of acts, the newest first."""
        found = self._records.list(page.filter())
        named = {kept.act.object_id for kept in found if kept.act.object_id is not None}
        kinds = self._runs.kinds(named) | dict.fromkeys(self._jobs.existing(named), JOB)
        return AuditList.of(found, page.limit, kinds)
