"""SIGTERM under load: is what was in flight finished, and is the order right?

Usage: python -m tests.load.drain [--rounds 20]

A real service process, 2 slots, the reward `slow` (250 ms a call); beside it a worker that trains one job all the
time, while another one waits in line. In each round eight requests are in flight, two of them worked on, when the
signal comes to the service. Then /readyz must say 503 and a new run be refused with 503 before the last request is
answered; every one in flight is answered whole, and the process ends with 0 within its grace. The training job goes on
in the same process, and the other one waits as it did.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.faults.job_team import Team, until, witnessed
from tests.faults.service_process import Process
from tests.load.burst import is_whole
from tests.load.steady import body
from tests.load.verdict import Verdict

IN_FLIGHT, GRACE_SECONDS, CALL_SECONDS = 8, 30.0, 0.25
ENDLESS = 1_000_000
"""Steps of a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """One round; `told` is whether it refused with 503 while others were in flight."""

    answers: list[str]
    told: bool
    code: int
    seconds: float
    untouched: bool

    @property
    def lost(self) -> int:
        """Requests in flight that were not answered whole."""
        return sum(answer != "whole" for answer in self.answers)


class Jobs:
    """One that a worker trains, and one in line behind it."""

    def __init__(self, folder: Path) -> None:
        self.team = Team(folder)
        self.trained = self.team.add(steps=ENDLESS)
        self.team.start_worker()
        until(lambda: self._step() > 0, 120, self.team.log)
        self.waiting = self.team.add(steps=ENDLESS)

    def look(self) -> tuple[object, ...]:
        """What no signal to the service may change."""
        job = self.team.records.get(self.trained)
        return job.state, job.attempts, self.team.trainer_of(self.trained), self.team.state(self.waiting)

    def go_on(self) -> bool:
        """Whether a step is begun after this."""
        step, end = self._step(), time.monotonic() + 10
        while self._step() == step and time.monotonic() < end:
            time.sleep(0.02)
        return self._step() > step

    def _step(self) -> int:
        seen = witnessed(self.team.output(self.trained))
        return seen[-1].step if seen else 0


def ask(url: httpx.URL, number: int) -> str:
    """`whole`, or what came instead of all of a run that was waited for."""
    try:
        with httpx.Client(base_url=url, timeout=90) as client:
            answer = client.post("/v1/attributions", json=body(number, CALL_SECONDS), headers={"Prefer": "wait"})
            return "whole" if answer.status_code == 200 and is_whole(answer.json()) else str(answer.status_code)
    except httpx.HTTPError as error:
        return type(error).__name__


def in_flight(client: httpx.Client) -> int:
    """Runs that are worked on or wait."""
    queue = client.get("/v1/status").json()["queue"]
    return queue["working"] + queue["waiting"]


def refused(client: httpx.Client) -> bool:
    """Whether the service says 503 of itself, and to a new run, before it has ended."""
    try:
        while (ready := client.get("/readyz").status_code) == 200:
            time.sleep(0.01)
        return (ready, client.post("/v1/attributions", json=body(10**6)).status_code) == (503, 503)
    except httpx.HTTPError:
        return False


def drained(folder: Path, number: int, jobs: Jobs) -> Drained:
    """One round."""
    service = Process(folder, slots=2, queue_length=IN_FLIGHT, per_client=IN_FLIGHT, drain_seconds=GRACE_SECONDS)
    try:
        before = jobs.look()
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            url = service.client.base_url
            asked = [pool.submit(ask, url, IN_FLIGHT * number + one) for one in range(IN_FLIGHT)]
            until(lambda: in_flight(service.client) == IN_FLIGHT)
            started = time.perf_counter()
            service.process.send_signal(signal.SIGTERM)
            told = refused(service.client) and not all(one.done() for one in asked)
            answers = [one.result() for one in asked]
        code = service.process.wait(GRACE_SECONDS + 15)
        seconds = time.perf_counter() - started
        untouched = jobs.go_on() and jobs.look() == before
        return Drained(answers=answers, told=told, code=code, seconds=seconds, untouched=untouched)
    finally:
        service.end()


def measure(*, rounds: int = 20) -> list[Drained]:
    """Prints each round."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        jobs = Jobs(Path(folder))
        try:
            for number in range(rounds):
                one = drained(Path(folder), number, jobs)
                found.append(one)
                print(f"round {number}: {IN_FLIGHT - one.lost} of {IN_FLIGHT} whole, {one.seconds:.1f} s", flush=True)
        finally:
            jobs.team.end()
    return found


def main(arguments: list[str] | None = None) -> Verdict:
    """Prints each figure beside its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = measure(**vars(parser.parse_args(arguments)))
    verdict = Verdict()
    verdict.at_most(f"runs in flight lost, of {len(rounds) * IN_FLIGHT}", sum(one.lost for one in rounds), 0)
    verdict.at_most("rounds without 503 before the last answer", sum(not one.told for one in rounds), 0)
    verdict.at_most("rounds that ended with another code than 0", sum(one.code != 0 for one in rounds), 0)
    verdict.at_most("rounds that touched a training job", sum(not one.untouched for one in rounds), 0)
    verdict.below("seconds to the end, longest", max(one.seconds for one in rounds), GRACE_SECONDS)
    return verdict


if __name__ == "__main__":
    sys.exit(main().code)
