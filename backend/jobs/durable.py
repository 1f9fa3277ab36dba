"""The durable queue: DBOS, told who is alive.

DBOS keeps one workflow a job and starts it again after a death. Two things it leaves to others and gets here: names
that no two living workers share (`worker_name`), and that a dead worker's workflows go to a living one, which it does
for a restarted worker of the same name only. The version is constant: a job outlives an upgrade.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import make_url

from backend.jobs.leases import Waiting

QUEUE = "training"
APPLICATION, VERSION = "ospo", "1"
POLL_SECONDS = 0.25
_ENDED = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


class DurableQueue:
    """The queue as one worker sees it. `attend` is called with the id of a job, in a thread of its own."""

    def __init__(self, url: str, worker: str, devices: int, attend: Callable[[str], None]) -> None:
        self._worker, self._known = worker, set[str]()
        for name in ("dbos", "dbos.conductor"):
            logging.getLogger(name).setLevel(logging.WARNING)
        DBOS(config=_config(url, worker))

        # No limit to how often it may be started again: attempts without progress are counted by the job itself.
        @DBOS.workflow(name="train", max_recovery_attempts=None)
        def train(job_id: str) -> None:
            attend(job_id)

        self._train: Any = train
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            global_concurrency=devices,
            worker_concurrency=1,
            polling_interval_sec=POLL_SECONDS,
            on_conflict="always_update",
        )

    def put(self, waiting: Waiting) -> None:
        """A workflow for this job and round, if it has none."""
        if waiting.workflow in self._known:
            return
        with SetWorkflowID(waiting.workflow):
            DBOS.enqueue_workflow(QUEUE, self._train, waiting.job_id)
        self._known.add(waiting.workflow)

    def adopt(self, alive: set[str]) -> None:
        """Give the workflows of whoever is not alive back to the queue. Harmless where others do the same."""
        pending = DBOS.list_workflows(status="PENDING", queue_name=QUEUE, load_input=False, load_output=False)
        dead = {one.executor_id for one in pending if one.executor_id is not None} - alive - {self._worker}
        if dead:
            DBOS._recover_pending_workflows(sorted(dead))  # pyright: ignore[reportPrivateUsage] - has no public name

    def ended(self, waiting: list[Waiting]) -> set[str]:
        """Those of the workflows that are over."""
        if not waiting:
            return set()
        ids = [one.workflow for one in waiting]
        found = DBOS.list_workflows(workflow_ids=ids, load_input=False, load_output=False)
        return {one.workflow_id for one in found if one.status in _ENDED}

    def close(self) -> None:
        """Start nothing more."""
        DBOS.destroy()


def _config(url: str, worker: str) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_url": make_url(url).render_as_string(hide_password=False),
        "application_version": VERSION,
        "executor_id": worker,
        "log_level": "WARNING",
        "enable_otlp": False,
    }
