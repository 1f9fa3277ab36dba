"""SIGTERM under load: is what was in flight finished, and is the order right?

Usage: python -m tests.load.drain [--rounds 5]        (the plan's length: --rounds 20)

A real service process, 2 slots, the reward `slow` (250 ms a call). In each round eight requests are in flight, two of
them worked on, when the signal comes. Then /readyz must say 503 and a new run be refused with 503, while every request
in flight is answered whole; the process ends with 0 within its grace; a training job that waits is as it was.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.faults.service_process import Process
from tests.load.steady import body
from tests.load.verdict import Verdict

IN_FLIGHT, GRACE_SECONDS, CALL_SECONDS = 8, 30.0, 0.25


def ask(url: httpx.URL, number: int) -> str:
    """The state of a run that was waited for, or what came instead."""
    try:
        with httpx.Client(base_url=url, timeout=90) as client:
            answer = client.post("/v1/attributions", json=body(number, CALL_SECONDS), headers={"Prefer": "wait"})
            return answer.json().get("state", str(answer.status_code))
    except httpx.HTTPError as error:
        return type(error).__name__


def in_flight(client: httpx.Client) -> int:
    """Runs that are worked on or wait."""
    queue = client.get("/v1/status").json()["queue"]
    return queue["working"] + queue["waiting"]


def refused(client: httpx.Client) -> bool:
    """Whether the service says 503 of itself, and to a new run, before it has ended."""
    while (ready := client.get("/readyz").status_code) == 200:
        time.sleep(0.01)
    return (ready, client.post("/v1/attributions", json=body(10**6)).status_code) == (503, 503)


def drained(folder: Path, number: int, job: str | None) -> tuple[list[str], bool, float, bool, str]:
    """One round: states of the runs, whether it refused meanwhile, seconds to the end, whether the job is untouched."""
    service = Process(folder, slots=2, queue_length=IN_FLIGHT, per_client=IN_FLIGHT, drain_seconds=GRACE_SECONDS)
    try:
        job = job or service.client.post("/v1/jobs", json={"run": {"preset": "toy"}}).json()["id"]
        kept = service.client.get(f"/v1/jobs/{job}").json()["state"] == "queued"
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            url = service.client.base_url
            asked = [pool.submit(ask, url, IN_FLIGHT * number + one) for one in range(IN_FLIGHT)]
            while in_flight(service.client) < IN_FLIGHT:
                if all(one.done() for one in asked):
                    break
                time.sleep(0.005)
            started = time.perf_counter()
            service.process.send_signal(signal.SIGTERM)
            told = refused(service.client)
            states = [one.result() for one in asked]
        code = service.process.wait(GRACE_SECONDS + 15)
        return states, told and code == 0, time.perf_counter() - started, kept, job
    finally:
        service.end()


def main() -> int:
    """Prints each figure beside its bound; 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    lost = untold = touched = 0
    longest, job = 0.0, None
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.rounds):
            states, told, seconds, kept, job = drained(Path(folder), number, job)
            lost += sum(state != "succeeded" for state in states)
            untold, touched, longest = untold + (not told), touched + (not kept), max(longest, seconds)
            print(f"round {number}: {states.count('succeeded')} of {len(states)} whole, {seconds:.1f} s", flush=True)
    verdict = Verdict()
    verdict.below(f"runs in flight lost, of {given.rounds * IN_FLIGHT}", lost, 1)
    verdict.below("rounds without 503 at once, or another exit", untold, 1)
    verdict.below("rounds in which the job in line changed", touched, 1)
    verdict.below("seconds to the end, longest", longest, GRACE_SECONDS + 5)
    return verdict.code


if __name__ == "__main__":
    sys.exit(main())
