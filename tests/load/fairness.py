"""One greedy client and nine light ones: do the light ones wait longer than alone?

Usage: python -m tests.load.fairness [--seconds 160]

A real service process, 4 slots, a cap of 2 runs a client, the reward `slow` (10 ms a call). The greedy client keeps
twenty requests open at all times, and asks again as soon as one is answered or refused (after a pause of 50 ms); each
light one asks for a run, reads it, and asks again after one to three seconds. Stretches with and without the greedy
client take turns, so that whatever else the machine does falls on both. It is a process of its own: in the loop of the
light ones its answers would be read before theirs, and they would seem to wait for the service.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from tests.faults.service_process import Process
from tests.load.burst import quantile
from tests.load.steady import body
from tests.load.verdict import Verdict

LIGHT, GREEDY_AT_ONCE, PAUSE_SECONDS = 9, 20, 0.05
STRETCH_SECONDS = 20.0
"""How long it is there, and how long it is not, by turns."""
Turns = Sequence[tuple[float, float]]
"""From when to when, by the clock that all processes of a machine share."""


async def ask(client: httpx.AsyncClient, name: str, number: int) -> int:
    """One run, waited for."""
    headers = {"Prefer": "wait", "X-Client-Id": name}
    return (await client.post("/v1/attributions", json=body(number), headers=headers)).status_code


def connected(url: str) -> httpx.AsyncClient:
    """With as many connections as are asked for."""
    return httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Seconds that the light ones waited without and with the greedy one, and the statuses that both got."""

    alone: list[float]
    beside: list[float]
    light: Counter[int]
    greedy: Counter[int]

    @property
    def strange(self) -> int:
        """Answers to the greedy one that are neither 200 nor 429."""
        return self.greedy.total() - self.greedy[200] - self.greedy[429]


class Light:
    """Nine clients; what they waited, and how they were answered."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client, self._number, self._dice = client, 0, random.Random(7)
        self.answers: Counter[int] = Counter()

    async def gather(self, end: float) -> list[float]:
        """What they waited until then."""
        waited: list[float] = []
        await asyncio.gather(*(self._go(f"light-{number}", end, waited) for number in range(LIGHT)))
        return waited

    async def _go(self, name: str, end: float, waited: list[float]) -> None:
        """Read, run, read."""
        while True:
            await asyncio.sleep(self._dice.uniform(1.0, 3.0))
            if time.monotonic() > end:
                return
            self._number += 1
            started = time.monotonic()
            self.answers[await ask(self._client, name, self._number)] += 1
            waited.append(time.monotonic() - started)


def greedily(url: str, asked: Connection) -> None:
    """Say that it is there, be told the times, take whatever can be had in them, say how that was answered."""
    asked.send("here")
    asked.send(asyncio.run(_grabbing(url, asked.recv())))


async def _grabbing(url: str, turns: Turns) -> Counter[int]:
    answers: Counter[int] = Counter()
    numbers = iter(range(1_000_000, 2_000_000))

    async def grab(end: float) -> None:
        while time.monotonic() < end:
            answers[await ask(client, "greedy", next(numbers))] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async with connected(url) as client:
        for begin, end in turns:
            await asyncio.sleep(begin - time.monotonic())
            await asyncio.gather(*(grab(end) for _ in range(GREEDY_AT_ONCE)))
    return answers


async def _first(url: str) -> None:
    """A run that nobody counts: it has what the service loads loaded."""
    async with connected(url) as client:
        await ask(client, "first", 0)


async def _light(url: str, turns: Turns, stretch: float) -> tuple[list[float], list[float], Counter[int]]:
    """The waits before each turn, those within it, and the answers."""
    alone, beside = [], []
    async with connected(url) as client:
        light = Light(client)
        for begin, end in turns:
            await asyncio.sleep(begin - stretch - time.monotonic())
            alone += await light.gather(begin)
            beside += await light.gather(end)
    return alone, beside, light.answers


def taking_turns(url: str, seconds: float, stretch: float) -> Met:
    """The light ones always, the greedy one every other stretch."""
    here, there = multiprocessing.Pipe()
    greedy = multiprocessing.get_context("spawn").Process(target=greedily, args=(url, there), daemon=True)
    greedy.start()
    asyncio.run(_first(url))
    here.recv()
    start, rounds = time.monotonic(), max(1, round(seconds / 2 / stretch))
    turns = [(start + (2 * one + 1) * stretch, start + (2 * one + 2) * stretch) for one in range(rounds)]
    here.send(turns)
    alone, beside, light = asyncio.run(_light(url, turns, stretch))
    found = Met(alone=alone, beside=beside, light=light, greedy=here.recv())
    greedy.join()
    return found


def measure(*, seconds: float = 160.0, stretch: float = STRETCH_SECONDS) -> Met:
    """With a service of its own."""
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder), slots=4, queue_length=20, per_client=2)
        try:
            return taking_turns(str(service.client.base_url), seconds, stretch)
        finally:
            service.end()


def main(arguments: list[str] | None = None) -> Verdict:
    """Prints each figure beside its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=160.0)
    met = measure(**vars(parser.parse_args(arguments)))
    p95s = [quantile(waits, 0.95) for waits in (met.alone, met.beside)]
    print(f"light: {len(met.alone)} alone, {len(met.beside)} beside the greedy one, answered {dict(met.greedy)};")
    print(f"p95 {p95s[0] * 1e3:.0f} and {p95s[1] * 1e3:.0f} ms")
    verdict = Verdict()
    verdict.below("light p95, of that without the greedy one", p95s[1] / p95s[0], 2.0)
    verdict.at_most("light runs refused or lost", met.light.total() - met.light[200], 0)
    verdict.at_most("greedy answers that are neither 200 nor 429", met.strange, 0)
    return verdict


if __name__ == "__main__":
    sys.exit(main().code)
