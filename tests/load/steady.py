"""A client after another at 80 % of what the service can do: does it stay as quick, as small and as awake as alone?

Usage: python -m tests.load.steady [--seconds 600] [--share 0.8] [--warm-up 4096]

A real service process, 2 slots, the reward `slow` (10 ms a call). First the warm-up: two clients that never pause, for
as many runs as the largest list that the service keeps in memory is long (bodies that it has answered). The pace of
these is what it can do. Then one client alone, whose median and 95th percentile are the measure; then a run every so
often, in even steps, at `share` of that pace, each by its deadline. (At random moments a line would form before two
slots by chance alone: at 80 % of two slots with equal runs, queueing theory has the median at 1.54 and the 95th
percentile at 4.2 times the run itself, whatever the service does.)
During the steady time another process asks /livez ten times a second and reads the memory of the service. The wait of
/livez is the lag of the event loop as a client sees it, or more: it is answered in the loop, without a thread. The
slope of the memory is that of all the steady time.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil

from backend.runs.turnstile import REMEMBERED
from tests.faults.service_process import Process
from tests.load.burst import quantile
from tests.load.verdict import Verdict

SLOTS = 2
ALONE = 200
DEADLINE_SECONDS = 10.0
LIVEZ_PAUSE_SECONDS = 0.1


@dataclass
class Runs:
    """Seconds and statuses, in the order in which they were over."""

    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Answers other than 200."""
        return sum(status != 200 for status in self.statuses)


@dataclass
class Watched:
    """Seconds of /livez, and (seconds since the start, bytes) of memory."""

    lags: list[float] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)

    @property
    def slope(self) -> float:
        """MB a minute by least squares."""
        rows = np.array(self.memory, dtype=np.float64)
        return float(np.polyfit(rows[:, 0] / 60, rows[:, 1] / 1e6, 1)[0])


def body(number: int, seconds: float = 0.01) -> dict[str, object]:
    """An attribution that nobody asked for before; a call of its reward takes so many seconds."""
    return {
        "prompt": "How much?",
        "response": f"Answer {number}: give her 240 mg every six hours.",
        "reward": {"kind": "slow", "settings": {"seconds": seconds}},
        "options": {"segmenter": "unicode", "budget": 128},
    }


async def run(client: httpx.AsyncClient, number: int, runs: Runs) -> None:
    """One run, waited for until its deadline."""
    started = time.perf_counter()
    headers = {"Prefer": f"wait={DEADLINE_SECONDS:.0f}"}
    answer = await client.post("/v1/attributions", json=body(number), headers=headers)
    runs.seconds.append(time.perf_counter() - started)
    runs.statuses.append(answer.status_code)


def watch(url: str, pid: int, seconds: float) -> Watched:
    """Ask /livez and read the memory for so long, in a process of its own."""
    seen, process, begun = Watched(), psutil.Process(pid), time.perf_counter()
    with httpx.Client(base_url=url, timeout=120) as client:
        while (started := time.perf_counter()) < begun + seconds:
            client.get("/livez").raise_for_status()
            seen.lags.append(time.perf_counter() - started)
            seen.memory.append((started - begun, process.memory_info().rss))
            time.sleep(LIVEZ_PAUSE_SECONDS)
    return seen


async def one_after_another(client: httpx.AsyncClient, numbers: range) -> Runs:
    """Of a client that never pauses."""
    runs = Runs()
    for number in numbers:
        await run(client, number, runs)
    return runs


async def capacity(client: httpx.AsyncClient, count: int) -> float:
    """Runs a second of as many clients as there are slots, none of which pauses."""
    started, each = time.perf_counter(), count // SLOTS
    await asyncio.gather(*(one_after_another(client, range(slot * each, (slot + 1) * each)) for slot in range(SLOTS)))
    return SLOTS * each / (time.perf_counter() - started)


async def in_even_steps(client: httpx.AsyncClient, pace: float, seconds: float) -> Runs:
    """So many runs a second, whether those before are over or not."""
    runs, begun, under_way = Runs(), time.perf_counter(), []
    for step in range(round(pace * seconds)):
        await asyncio.sleep(begun + step / pace - time.perf_counter())
        under_way.append(asyncio.create_task(run(client, 2_000_000 + step, runs)))
    await asyncio.gather(*under_way)
    return runs


async def load(
    url: str, pid: int, seconds: float, share: float, warm_up: int, alone: int
) -> tuple[Runs, Runs, Watched]:
    """Alone; then at a share of what the slots can do, and what was seen meanwhile."""
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        pace = share * await capacity(client, warm_up)
        single = await one_after_another(client, range(1_000_000, 1_000_000 + alone))
        print(f"warm after {warm_up} runs; now {pace:.2f} a second for {seconds:.0f} s", flush=True)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
            watching = asyncio.get_running_loop().run_in_executor(other, watch, url, pid, seconds)
            busy = await in_even_steps(client, pace, seconds)
            return single, busy, await watching


def measure(
    *, seconds: float = 600.0, share: float = 0.8, warm_up: int = REMEMBERED, alone: int = ALONE
) -> tuple[Runs, Runs, Watched]:
    """The same of a service of its own."""
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder), slots=SLOTS, queue_length=1000, per_client=1000)
        try:
            return asyncio.run(load(str(service.client.base_url), service.process.pid, seconds, share, warm_up, alone))
        finally:
            service.end()


def main(arguments: list[str] | None = None) -> Verdict:
    """Prints each figure beside its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--share", type=float, default=0.8)
    parser.add_argument("--warm-up", type=int, default=REMEMBERED)
    alone, busy, watched = measure(**vars(parser.parse_args(arguments)))
    print(f"{len(alone.seconds)} runs alone, {len(busy.seconds)} in even steps, {len(watched.lags)} looks")
    verdict = Verdict()
    verdict.below("run p50, of that alone", quantile(busy.seconds, 0.5) / quantile(alone.seconds, 0.5), 1.3)
    verdict.below("run p95, of that alone", quantile(busy.seconds, 0.95) / quantile(alone.seconds, 0.95), 2.0)
    verdict.below("longest run, seconds (its deadline)", max(busy.seconds), DEADLINE_SECONDS)
    verdict.below("/livez p99, ms (lag of the event loop)", quantile(watched.lags, 0.99) * 1e3, 50.0)
    verdict.below("memory, MB a minute", watched.slope, 1.0)
    verdict.at_most("answers that are not 200", busy.failed, 0)
    return verdict


if __name__ == "__main__":
    sys.exit(main().code)
