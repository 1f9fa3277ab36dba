"""What a job has made: the folder that its run wrote at the end, and the run. Knows no model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ospo_core.training.run_file import RunFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The adapter, or the whole model where all weights were trained."""

    job_id: str
    run: RunFile
    folder: Path
