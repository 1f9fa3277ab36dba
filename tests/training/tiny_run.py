"""A run small enough for a test: the toy model on its own data, a few completions a step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from ospo_core.cli.main import run

TINY = {
    "preset": "toy",
    "group_size": 4,
    "prompts_per_step": 2,
    "steps": 6,
    "save_every": 2,
    "sample_every": 3,
    "samples": 1,
}


def run_file(folder: Path, **settings: object) -> Path:
    """The file of a tiny run with these settings on top. JSON is YAML."""
    path = folder / "run.yaml"
    path.write_text(json.dumps(TINY | settings))
    return path


def train(*arguments: object) -> int:
    """`ospo train`, in this process."""
    return run(["train", *map(str, arguments)])


def events_of(folder: Path) -> list[dict]:
    """What the run says happened."""
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def started(path: Path, out: Path) -> subprocess.Popen:
    """`python -m ospo_core.training` as a process of its own, its output thrown away."""
    return subprocess.Popen(
        [sys.executable, "-m", "ospo_core.training", str(path), "--output", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def wait_for_steps(out: Path, count: int) -> None:
    """Until so many steps are in the events; the timeout is for a process that hangs."""
    deadline = time.monotonic() + 180
    events = out / "events.jsonl"
    while not events.exists() or events.read_text().count('"kind": "step"') < count:
        assert time.monotonic() < deadline, "no step was written"
        time.sleep(0.05)
