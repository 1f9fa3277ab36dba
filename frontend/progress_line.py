"""How far a run is, in words."""

from __future__ import annotations

from frontend.client.bodies import Progress, Run
from frontend.numbers import duration


def progress_parts(progress: Progress) -> tuple[str, str]:
    """What is done, and what else is known."""
    if not progress.planned:
        return "Starting", "the reward's model is loaded if it is not there yet"
    done = f"{progress.done:,} of {progress.planned:,} evaluations"
    left = "" if progress.eta_seconds is None else f"about {duration(progress.eta_seconds)} left"
    error = "" if progress.standard_error is None else f"median standard error {progress.standard_error:.2g}"
    return done, " · ".join(part for part in (left, error) if part)


def share(progress: Progress) -> float:
    """Of the planned evaluations, 0 to 1."""
    return min(1.0, progress.done / progress.planned) if progress.planned else 0.0


def stop_label(run: Run) -> str:
    """What a button that stops promises: before the first estimate there may be nothing to keep."""
    if run.state == "cancelling":
        return "Stopping"
    return "Stop and keep" if run.progress.estimated else "Stop, no estimate yet"
