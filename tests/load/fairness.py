"""One greedy client and nine light ones: do the light ones wait longer than alone?

Usage: python -m tests.load.fairness [--seconds 160]

A real service process, 4 slots, a cap of 2 runs a client, the reward `slow` (10 ms a call). The greedy client keeps
twenty requests open at all times, and asks again as soon as one is answered or refused (after a pause of 50 ms); each
light one asks for a run, reads it, and asks again after one to three seconds. Stretches with and without the greedy
client take turns, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.faults.service_process import Process
from tests.load.burst import quantile
from tests.load.steady import body
from tests.load.verdict import Verdict

LIGHT, GREEDY_AT_ONCE, PAUSE_SECONDS = 9, 20, 0.05
STRETCH_SECONDS = 20.0
"""How long it is there, and how long it is not, by turns."""


class Crowd:
    """Clients of one service; what the light ones waited, and how the greedy one was answered."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client, self._number, self._dice = client, 0, random.Random(7)
        self.waited: list[float] = []
        self.light: Counter[int] = Counter()
        self.greedy: Counter[int] = Counter()

    @property
    def strange(self) -> int:
        """Answers to the greedy one that are neither 200 nor 429."""
        return sum(self.greedy.values()) - self.greedy[200] - self.greedy[429]

    async def ask(self, name: str) -> int:
        """One run, waited for."""
        self._number += 1
        headers = {"Prefer": "wait", "X-Client-Id": name}
        return (await self._client.post("/v1/attributions", json=body(self._number), headers=headers)).status_code

    async def go_lightly(self, name: str, end: float) -> None:
        """Run, read, run."""
        while time.perf_counter() < end:
            await asyncio.sleep(self._dice.uniform(1.0, 3.0))
            started = time.perf_counter()
            self.light[await self.ask(name)] += 1
            self.waited.append(time.perf_counter() - started)

    async def grab(self, end: float) -> None:
        """Take whatever can be had."""
        while time.perf_counter() < end:
            self.greedy[await self.ask("greedy")] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def gather(self, seconds: float, *, greedy: bool) -> list[float]:
        """What the light ones waited in this time."""
        self.waited = []
        end = time.perf_counter() + seconds
        grabs = [self.grab(end) for _ in range(GREEDY_AT_ONCE)] if greedy else []
        await asyncio.gather(*(self.go_lightly(f"light-{number}", end) for number in range(LIGHT)), *grabs)
        return self.waited


async def taking_turns(url: str, seconds: float, stretch: float) -> tuple[list[float], list[float], Crowd]:
    """The waits without and with the greedy client."""
    alone, beside = [], []
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        crowd = Crowd(client)
        await crowd.ask("first")
        for _ in range(max(1, round(seconds / 2 / stretch))):
            alone += await crowd.gather(stretch, greedy=False)
            beside += await crowd.gather(stretch, greedy=True)
    return alone, beside, crowd


def measure(*, seconds: float = 160.0, stretch: float = STRETCH_SECONDS) -> tuple[list[float], list[float], Crowd]:
    """The same of a service of its own."""
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder), slots=4, queue_length=20, per_client=2)
        try:
            return asyncio.run(taking_turns(str(service.client.base_url), seconds, stretch))
        finally:
            service.end()


def main(arguments: list[str] | None = None) -> Verdict:
    """Prints each figure beside its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=160.0)
    alone, beside, crowd = measure(**vars(parser.parse_args(arguments)))
    print(f"light: {len(alone)} alone, {len(beside)} beside the greedy one, which was answered {dict(crowd.greedy)}")
    verdict = Verdict()
    verdict.below("light p95, of that without the greedy one", quantile(beside, 0.95) / quantile(alone, 0.95), 2.0)
    verdict.at_most("light runs refused or lost", sum(crowd.light.values()) - crowd.light[200], 0)
    verdict.at_most("greedy answers that are neither 200 nor 429", crowd.strange, 0)
    return verdict


if __name__ == "__main__":
    sys.exit(main().code)
