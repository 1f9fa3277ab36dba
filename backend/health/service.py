"""The state of the service: readiness and what is loaded."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from backend.health.schemas import QueueView, Ready, StatusView
from backend.jobs.service import JobService
from backend.queue.slots import Slots
from backend.rewards.patience import Patience
from backend.rewards.shelf import Shelf
from backend.runs.events import Streams
from backend.runs.records import RunRecords
from backend.runs.service import RunService
from backend.settings import Settings
from ospo_core.models.device import choose_device

LEAST_DISK_BYTES = 100_000_000
_PACKAGES = ("ospo", "torch", "transformers", "fastapi", "sqlalchemy")


class HealthService:
    """Asks every part."""

    def __init__(
        self,
        *,
        settings: Settings,
        records: RunRecords,
        slots: Slots,
        runs: RunService,
        jobs: JobService,
        shelf: Shelf,
        patience: Patience,
        streams: Streams,
    ) -> None:
        self._settings, self._records, self._slots = settings, records, slots
        self._runs, self._jobs, self._shelf, self._patience, self._streams = runs, jobs, shelf, patience, streams

    def ready(self) -> Ready:
        """Every condition for taking a run; a full queue is none, since it says so itself."""
        checks = {
            "database": self._database(),
            "disk": shutil.disk_usage(self._settings.data_dir).free > LEAST_DISK_BYTES,
            "slots": self._slots.alive,
            "rewards_return": self._patience.holds,
            "not_draining": not self._runs.draining,
        }
        return Ready(status="ready" if all(checks.values()) else "not ready", checks=checks)

    def status(self) -> StatusView:
        """Versions, device, memory, queue."""
        settings, slots = self._settings, self._slots
        return StatusView(
            versions={"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
            device=str(choose_device()),
            memory_bytes=resident_bytes(),
            rewards_loaded=self._shelf.kinds(),
            rewards_left_behind=self._patience.left_behind,
            queue=QueueView(
                slots=slots.slots,
                working=slots.working,
                waiting=slots.waiting,
                length=slots.length,
                per_client=settings.per_client,
            ),
            workers=self._jobs.workers(),
            streams=self._streams.open,
            draining=self._runs.draining,
        )

    def _database(self) -> bool:
        try:
            return self._records.alive()
        except SQLAlchemyError:
            return False


def resident_bytes() -> int | None:
    """Memory of this process; None where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
