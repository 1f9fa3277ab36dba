"""Workers, an API and a store as real processes that can be killed, and the witness of what their trainers did."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from backend.database.engine import open_engine
from backend.jobs.records import JobRecords, NewJob
from backend.jobs.states import JobState

ROOT = Path(__file__).resolve().parents[2]
TRAINER = ROOT / "tests" / "faults" / "trainer.py"
STEP_SECONDS, SAVE_EVERY = 0.1, 5


class Team:
    """On one data folder and one store."""

    def __init__(self, folder: Path, url: str | None = None, *, trainer=(), environment=(), **settings) -> None:
        self.data, self.folder = folder / "data", folder
        self.data.mkdir(parents=True, exist_ok=True)
        self.url = url or f"sqlite:///{self.data / 'ospo.sqlite'}"
        command = [sys.executable, str(TRAINER), *(str(part) for part in trainer or ("--step-seconds", STEP_SECONDS))]
        own = {"data_dir": self.data, "database_url": self.url, "trainer": json.dumps(command)} | settings
        self.environment = os.environ | {f"OSPO_{name.upper()}": str(value) for name, value in own.items()}
        self.environment |= {"OMP_NUM_THREADS": "1", **dict(environment)}
        self.workers: list[subprocess.Popen] = []
        self.records = JobRecords(open_engine(self.url), silence_seconds=6.0)

    def add(self, steps=40, **fields) -> str:
        """Queue a job; its id."""
        job_id = str(uuid.uuid4())
        run = {"name": "", "steps": steps, "save_every": SAVE_EVERY, "seed": 0, **fields}
        new = NewJob(
            id=job_id,
            pair_id=None,
            label="",
            run=run,
            rows=None,
            steps=steps,
            idempotency_key=None,
            request_sha256="0" * 64,
        )
        self.records.add([new])
        return job_id

    def start_worker(self) -> subprocess.Popen:
        with (self.folder / "workers.log").open("a") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "backend.worker"], cwd=ROOT, env=self.environment, stderr=log
            )
        self.workers.append(worker)
        return worker

    def output(self, job_id) -> Path:
        return self.data / "jobs" / job_id / "output"

    def state(self, job_id) -> JobState:
        return self.records.state(job_id)

    def log(self) -> str:
        return (self.folder / "workers.log").read_text()

    def trainer_of(self, job_id) -> int | None:
        """The process that wrote last of this job."""
        seen = witnessed(self.output(job_id))
        return seen[-1].pid if seen else None

    def end(self) -> None:
        for worker in self.workers:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
            worker.wait()


@dataclass(frozen=True)
class Seen:
    """One line of a trainer's witness; `at` by the clock that all processes of the machine share."""

    pid: int
    attempt: int
    step: int
    what: str
    at: float


def witnessed(output: Path) -> list[Seen]:
    path = output / "witness.jsonl"
    if not path.exists():
        return []
    whole = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    return [Seen(**json.loads(line)) for line in whole]


def lives(output: Path) -> list[list[Seen]]:
    """What each process did, in the order in which they began."""
    by_pid: dict[int, list[Seen]] = {}
    for seen in witnessed(output):
        by_pid.setdefault(seen.pid, []).append(seen)
    return sorted(by_pid.values(), key=lambda life: life[0].at)


def overlap_seconds(output: Path) -> float:
    """For how long two trainers of the job wrote at the same time."""
    found = lives(output)
    return sum(max(0.0, before[-1].at - after[0].at) for before, after in pairwise(found))


def redone_steps(output: Path) -> list[int]:
    """Of every restart: the steps that were done again."""
    found = lives(output)
    return [
        max((seen.step for seen in before if seen.what == "ends"), default=after[0].step) - after[0].step
        for before, after in pairwise(found)
    ]


def weights_of(steps: int, seed: int = 0) -> list[float]:
    """What an uninterrupted run ends with."""
    weights = [0.0] * 8
    for step in range(steps):
        number = random.Random(f"{seed}.{step}")
        inputs = [number.gauss(0, 1) for _ in range(8)]
        error = sum(w * x for w, x in zip(weights, inputs, strict=True)) - sum(inputs)
        weights = [w - 0.05 * error * x for w, x in zip(weights, inputs, strict=True)]
    return weights


def until(holds, seconds=60.0, why=lambda: "it did not happen"):
    """Wait for a condition; what it gave."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, why()
        time.sleep(0.02)
    return found
