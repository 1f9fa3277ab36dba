"""Training runs in a few words, for rows, heads and choices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from frontend.client.job_bodies import Job
from frontend.numbers import duration, place_in_line
from frontend.page_parts.times import moment
from frontend.watching.run_pair import FLAT

STATES: Mapping[str, str] = {
    "queued": "in line",
    "starting": "starting",
    "running": "running",
    "stopping": "stopping",
    "succeeded": "complete",
    "failed": "failed",
    "cancelled": "stopped",
}
"""The states of the service, as the screen says them."""


def job_title(job: Job) -> str:
    """What it is called: the user's label, else the name in its file, else what it trains on."""
    return job.label or str(job.config.get("name") or job.config.get("data") or f"run {job.id[:8]}")


def rule_words(job: Job) -> str:
    """Its rule, and what is the same by another name."""
    return "GRPO, uniform" if job.rule == FLAT else f"OSPO, {job.rule.replace('_', ' ')}"


def state_words(job: Job) -> str:
    """Its state; while it waits its place, while it runs how far it is and how long it will take, or that it cannot."""
    if job.state == "queued" and job.position is not None and not job.unattended:
        return place_in_line(job.position - 1).lower()
    said = STATES.get(job.state, job.state)
    far = f", step {job.step} of {job.steps}" if job.state not in ("queued", "succeeded") and job.steps else ""
    if job.unattended:
        return f"{said}{far}, no worker"
    left = f", about {duration(job.eta_seconds)} left" if job.active and job.eta_seconds is not None else ""
    return f"{said}{far}{left}"


def facts_line(job: Job) -> str:
    """Data and model, LoRA, seed, steps: read from the run's own file."""
    config = job.config
    lora = config.get("lora")
    rank = lora.get("rank") if isinstance(lora, Mapping) else None
    words = [
        " on ".join(str(config[name]).replace("_", " ") for name in ("data", "model") if config.get(name)),
        "all weights" if rank is None else f"LoRA r {rank}",
        f"seed {config['seed']}" if "seed" in config else "",
        f"{job.step} of {job.steps} steps",
    ]
    return ", ".join(word for word in words if word)


def choice_words(job: Job, zone: tzinfo, now: datetime) -> str:
    """One line of an own for every run, and the same while the run goes on: Streamlit finds a choice by its words."""
    return f"{job_title(job)} · {rule_words(job)} · {job.id[:8]} · {moment(job.created_at, zone, now)}"
