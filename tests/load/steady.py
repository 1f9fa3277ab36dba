"""A client after another at 80 % of what the service can do: does it stay as quick, as small and as awake as alone?

Usage: python -m tests.load.steady [--seconds 60] [--share 0.8]        (the plan's length: --seconds 600)

A real service process, 2 slots, the reward `slow` (10 ms a call). First one client alone, whose median and 95th
percentile are the measure; then two that never pause, whose pace is what the service can do; then a run every so often,
in even steps, at `share` of that pace. (At random moments a line would form before two slots by chance alone.)
Meanwhile /livez is asked ten times a second by a program of its own thread, and the memory of the process is read.
The wait of /livez is the lag of the event loop as a client sees it: it is answered in the loop, without a thread.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil

from tests.faults.service_process import Process
from tests.load.burst import quantile
from tests.load.verdict import Verdict

SLOTS = 2
ALONE = 40
LIVEZ_PAUSE_SECONDS = 0.1


@dataclass
class Seen:
    """What was measured: seconds of runs and of /livez, statuses, and (seconds since the start, bytes) of memory."""

    runs: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


def body(number: int, seconds: float = 0.01) -> dict[str, object]:
    """An attribution that nobody asked for before; a call of its reward takes so many seconds."""
    return {
        "prompt": "How much?",
        "response": f"Answer {number}: give her 240 mg every six hours.",
        "reward": {"kind": "slow", "settings": {"seconds": seconds}},
        "options": {"segmenter": "unicode", "budget": 128},
    }


async def run(client: httpx.AsyncClient, number: int, seen: Seen) -> None:
    """One run, waited for."""
    started = time.perf_counter()
    answer = await client.post("/v1/attributions", json=body(number), headers={"Prefer": "wait"})
    seen.runs.append(time.perf_counter() - started)
    seen.statuses.append(answer.status_code)


async def watch(client: httpx.AsyncClient, process: psutil.Process, seen: Seen) -> None:
    """Ask /livez and read the memory until cancelled."""
    begun = time.perf_counter()
    while True:
        started = time.perf_counter()
        await client.get("/livez")
        seen.lags.append(time.perf_counter() - started)
        seen.memory.append((started - begun, process.memory_info().rss))
        await asyncio.sleep(LIVEZ_PAUSE_SECONDS)


async def capacity(client: httpx.AsyncClient) -> float:
    """Runs a second of as many clients as there are slots, none of which pauses."""

    async def without_pause(first: int) -> None:
        for number in range(first, first + ALONE):
            await run(client, number, Seen())

    started = time.perf_counter()
    await asyncio.gather(*(without_pause(1000 * (slot + 1)) for slot in range(SLOTS)))
    return SLOTS * ALONE / (time.perf_counter() - started)


async def measure(url: str, pid: int, seconds: float, share: float) -> tuple[Seen, Seen]:
    """Alone, and then at a share of what the slots can do."""
    alone, busy = Seen(), Seen()
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        await run(client, -1, Seen())
        for number in range(ALONE):
            await run(client, number, alone)
        pace = share * await capacity(client)
        print(f"alone: {len(alone.runs)} runs; now {pace:.2f} a second for {seconds:.0f} s", flush=True)
        watching = asyncio.create_task(watch(client, psutil.Process(pid), busy))
        end, number, under_way = time.perf_counter() + seconds, 10_000, []
        while time.perf_counter() < end:
            await asyncio.sleep(1 / pace)
            under_way.append(asyncio.create_task(run(client, number, busy)))
            number += 1
        await asyncio.gather(*under_way)
        watching.cancel()
    return alone, busy


def slope(memory: list[tuple[float, int]]) -> float:
    """MB a minute by least squares, over the second half: the first holds what is loaded once."""
    rows = np.array(memory[len(memory) // 2 :], dtype=np.float64)
    return float(np.polyfit(rows[:, 0] / 60, rows[:, 1] / 1e6, 1)[0])


def main() -> int:
    """Prints each figure beside its bound; 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--share", type=float, default=0.8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder), slots=SLOTS, queue_length=1000, per_client=1000)
        try:
            url, pid = str(service.client.base_url), service.process.pid
            alone, busy = asyncio.run(measure(url, pid, given.seconds, given.share))
        finally:
            service.end()
    verdict = Verdict()
    verdict.below("run p50, of that alone", quantile(busy.runs, 0.5) / quantile(alone.runs, 0.5), 1.3)
    verdict.below("run p95, of that alone", quantile(busy.runs, 0.95) / quantile(alone.runs, 0.95), 2.0)
    verdict.below("/livez p99, ms (lag of the event loop)", quantile(busy.lags, 0.99) * 1e3, 50.0)
    verdict.below("memory, MB a minute", slope(busy.memory), 1.0)
    verdict.below("answers that are not 200", sum(status != 200 for status in busy.statuses), 1)
    print(f"{len(busy.runs)} runs, {len(busy.lags)} looks")
    return verdict.code


if __name__ == "__main__":
    sys.exit(main())
