"""Random kills, one after another, while jobs are trained; and the account of what they did.

`python -m tests.faults.campaign --kills 500` is `make faults`. The seed is printed: the same seed draws the same
victims and pauses, though not the same moments within a step.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from backend.jobs.folder import JobFolder
from backend.jobs.states import JobState
from backend.refusal import TRY_AGAIN
from tests import postgres_server
from tests.faults.job_team import ROOT, SAVE_EVERY, Team, lives, overlap_seconds, redone_steps, until, weights_of

STEPS = 60
IN_LINE = 2
"""Jobs that are under way at any time."""
MOST_IN_A_ROW = 2
DURING_RECOVERY = 0.2
"""Share of kills that do not wait until training goes on after the one before."""


@dataclass
class Account:
    """What a campaign did, and what it found."""

    seed: int
    kills: Counter = field(default_factory=Counter)
    resumed_seconds: list[float] = field(default_factory=list)
    jobs: int = 0
    lost: int = 0
    wrong_weights: int = 0
    overlap: float = 0.0
    redone: list[int] = field(default_factory=list)
    restarts: int = 0

    def lines(self) -> str:
        resumed = self.resumed_seconds or [0.0]
        return "\n".join(
            (
                f"seed {self.seed}; kills {sum(self.kills.values())}: {dict(self.kills)}",
                f"trainers begun anew {self.restarts}",
                f"jobs {self.jobs}, lost {self.lost}, with other weights than an unkilled run {self.wrong_weights}",
                f"two trainers at once: {self.overlap:.3f} s",
                f"steps done again: at most {max(self.redone, default=0)} (a checkpoint every {SAVE_EVERY})",
                f"resumed after: median {statistics.median(resumed):.1f} s, at most {max(resumed):.1f} s",
            )
        )


class Campaign:
    """One store, one worker that is started again whenever it was killed, and an API beside it."""

    def __init__(self, folder: Path, seed: int, database: postgres_server.Server | None) -> None:
        self._random, self._database = random.Random(seed), database
        self.account = Account(seed)
        url = None if database is None else f"postgresql://ospo@/jobs?host={database.folder}"
        self.team = Team(folder, url)
        self._folder = folder
        self._jobs: list[str] = []
        self._saved_then, self._kills_since = (-1, 0), 0
        self._api = self._start_api()
        self._worker = self.team.start_worker()
        self._victims = ["worker", "worker", "trainer", "trainer", "api", *(["database"] if database else [])]

    def run(self, kills: int) -> Account:
        """That many kills, then every job to its end."""
        while (done := sum(self.account.kills.values())) < kills:
            self._fill_the_line()
            self._kill(self._random.choice(self._victims), recover=self._random.random() > DURING_RECOVERY)
            time.sleep(self._random.uniform(0.1, 1.5))
            if sys.stderr.isatty():
                print(f"\r{done}/{kills}", end="", file=sys.stderr)
        for job in self._jobs:
            until(lambda job=job: self._state(job) in (JobState.SUCCEEDED, JobState.FAILED), 120, self.team.log)
        for job in self._jobs:
            self._judge(job)
        return self.account

    def end(self) -> None:
        self.team.end()
        self._end_api()

    def _start_api(self) -> subprocess.Popen:
        """It is not waited for: the next kill may come while it starts."""
        with (self._folder / "api.log").open("a") as log:
            environment = self.team.environment | {"OSPO_PORT": "0"}
            return subprocess.Popen([sys.executable, "-m", "backend"], cwd=ROOT, env=environment, stderr=log)

    def _end_api(self) -> None:
        self._api.kill()
        self._api.wait()

    def _fill_the_line(self) -> None:
        under_way = [job for job in self._jobs if self._state(job) not in (JobState.SUCCEEDED, JobState.FAILED)]
        for _ in range(IN_LINE - len(under_way)):
            self._jobs.append(self.team.add(steps=STEPS, seed=len(self._jobs)))

    def _spare(self) -> None:
        """A job is given up after three attempts that saved nothing, as it should be: so two kills in a row at most."""
        if self._kills_since == MOST_IN_A_ROW:
            until(lambda: self._saved() != self._saved_then or self._all_over(), 120, self.team.log)
        if self._saved() != self._saved_then:
            self._saved_then, self._kills_since = self._saved(), 0
        self._kills_since += 1

    def _saved(self) -> tuple[int, int]:
        """The newest checkpoint of the job that was begun last."""
        begun = [place for place, job in enumerate(self._jobs) if lives(self.team.output(job))]
        place = max(begun, default=-1)
        return place, JobFolder(self.team.data / "jobs", self._jobs[place]).saved_step() if begun else 0

    def _kill(self, victim: str, *, recover: bool) -> None:
        if victim in ("trainer", "worker"):
            self._spare()
        before = self._newest()
        at = time.monotonic()
        if victim == "trainer":
            if before is None or not alive(before):
                return
            os.kill(before, signal.SIGKILL)
        elif victim == "worker":
            self._worker.kill()
            self._worker.wait()
            self._worker = self.team.start_worker()
        elif victim == "api":
            self._end_api()
            self._api = self._start_api()
        else:
            self._database.kill()
            self._database.start()
        self.account.kills[victim] += 1
        if recover and victim in ("trainer", "worker"):
            until(lambda: self._newest() not in (None, before) or self._all_over(), 60, self.team.log)
            self.account.resumed_seconds.append(time.monotonic() - at)

    def _newest(self) -> int | None:
        """The trainer that began last."""
        begun = [life[0] for job in self._jobs for life in lives(self.team.output(job))]
        return max(begun, key=lambda seen: seen.at).pid if begun else None

    def _all_over(self) -> bool:
        return all(self._state(job) in (JobState.SUCCEEDED, JobState.FAILED) for job in self._jobs)

    def _state(self, job: str) -> JobState | None:
        if self._worker.poll() == TRY_AGAIN:  # whoever runs workers starts them again, as Docker does
            self._worker = self.team.start_worker()
        return until(lambda: self._asked(job), 60)

    def _asked(self, job: str) -> JobState | None:
        with contextlib.suppress(Exception):
            return self.team.state(job)
        return None

    def _judge(self, job: str) -> None:
        account, output = self.account, self.team.output(job)
        account.jobs += 1
        account.lost += self._state(job) is not JobState.SUCCEEDED
        account.overlap += overlap_seconds(output)
        account.redone += redone_steps(output)
        account.restarts += len(lives(output)) - 1
        with contextlib.suppress(FileNotFoundError):
            found = json.loads((output / "adapter" / "weights.json").read_text())
            account.wrong_weights += found != weights_of(STEPS, seed=self._jobs.index(job))


def alive(pid: int) -> bool:
    """Whether the process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextlib.contextmanager
def campaign(folder: Path, seed: int, *, postgres: bool):
    """A campaign on a store of its own."""
    with contextlib.ExitStack() as stack:
        database = None
        if postgres:
            database = postgres_server.Server(durable=True)
            stack.callback(database.close)
            with psycopg.connect(f"host={database.folder} user=ospo dbname=postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE jobs")
        made = Campaign(folder, seed, database)
        stack.callback(made.end)
        yield made


def main() -> int:
    """Half of the kills on SQLite, half on PostgreSQL. Exit code 1 where a promise was broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--store", choices=["both", "sqlite", "postgresql"], default="both")
    given = parser.parse_args()
    stores = ["sqlite", "postgresql"] if given.store == "both" else [given.store]
    broken = False
    for store in stores:
        with (
            tempfile.TemporaryDirectory() as folder,
            campaign(Path(folder), given.seed, postgres=store == "postgresql") as made,
        ):
            try:
                account = made.run(given.kills // len(stores))
            except BaseException:
                subprocess.run(["cp", made.team.folder / "workers.log", f"campaign-{given.seed}.log"], check=False)
                raise
            print(f"{store}\n{account.lines()}", flush=True)
            if account.lost:
                print(made.team.log())
            broken |= bool(account.lost or account.overlap or account.wrong_weights)
            broken |= max(account.redone, default=0) > SAVE_EVERY or max(account.resumed_seconds, default=0) > 10
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
