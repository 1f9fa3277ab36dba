"""200 attributions at once on 2 slots and a line of 8: what is answered, and how fast the refusals come.

Usage: python -m tests.load.burst [--reward similarity|slow|rubric|spinning] [--busy] [--rounds N] [--requests N]

`spinning` is a reward that holds the interpreter (GIL) all the time; the others leave it for their matrix products.
With --busy every place is taken by long runs beforehand, two of them at work: then all are refused.
A real service process. Connections are opened before the clock starts, as a pool of a client or a proxy has them; then
every request is written, and each answer is timed from its own writing to its last byte. `client` is what the one who
asked saw, with the time that this program, in one process on the same machine, needs to read 200 answers; `server` is
what the service's log says of the same refusals, from the first byte of the request to the last of the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.api.conftest import RUBRIC
from tests.faults.service_process import Process

REWARDS = {
    "rubric": RUBRIC,
    "spinning": {"kind": "spinning", "settings": {}},
    "slow": {"kind": "slow", "settings": {"seconds": 0.01}},
    "similarity": {"kind": "similarity", "settings": {"reference": "One dose is 240 mg, every six hours."}},
}
LONGEST_SECONDS = 300.0
_ANSWERED = re.compile(r"answered method=POST route=/v1/attributions status=429 ms=([\d.]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; `complete` is a result that is there, or a refusal that says when to come back."""

    status: int
    seconds: float
    complete: bool


def request(reward: str, number: int) -> bytes:
    """An attribution that nobody asked for before, waited for."""
    content = json.dumps(
        {
            "prompt": "How much?",
            "response": f"Answer {number}: give her 240 mg every six hours, and call a doctor if she gets worse.",
            "reward": REWARDS[reward],
            "options": {"segmenter": "unicode", "budget": 256},
        }
    ).encode()
    head = (
        "POST /v1/attributions HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: wait\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def fill(service: Process, reward: str) -> list[str]:
    """Long runs in every place; their addresses, once two are at work."""
    addresses = []
    for number in range(10):
        given = json.loads(request(reward, number).split(b"\r\n\r\n", 1)[1])
        given |= {"response": f"{time.monotonic_ns()} {given['response']} " * 8}
        given["options"]["budget"] = 20_000
        addresses.append(service.client.post("/v1/attributions", json=given).headers["Location"])
    while service.client.get(addresses[1]).json()["progress"]["done"] == 0:
        time.sleep(0.05)
    return addresses


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes) -> Answer:
    """Send, and wait for all of the answer."""
    started = time.perf_counter()
    writer.write(content)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(re.search(r"content-length: (\d+)", head)[1])
    content = await reader.readexactly(length)
    seconds = time.perf_counter() - started
    status = int(head.split()[1])
    answer = json.loads(content)
    complete = (status == 200 and answer["state"] == "succeeded") or (status == 429 and "retry-after: " in head)
    return Answer(status=status, seconds=seconds, complete=complete)


async def burst(port: int, contents: list[bytes]) -> list[Answer]:
    """All at once. Raises: TimeoutError: an answer is lost."""
    async with asyncio.timeout(LONGEST_SECONDS):
        pairs = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in contents))
        answers = await asyncio.gather(*(ask(*pair, content) for pair, content in zip(pairs, contents, strict=True)))
    for _, writer in pairs:
        writer.close()
    return answers


def quantile(values: list[float], share: float) -> float:
    """Of a few values: the smallest that so many of them do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    """Prints a table; 1 where an answer was neither complete nor a refusal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reward", choices=REWARDS, default="similarity")
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=200)
    given = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder), slots=2, queue_length=8, per_client=given.requests)
        try:
            port = service.client.base_url.port
            asyncio.run(burst(port, [request(given.reward, -1)]))
            print(f"{given.requests} at once, reward {given.reward}, milliseconds of the 429s")
            print("round  200  429  other  client p50  p99  max | server p50  p99  max")
            for number in range(given.rounds):
                taken = fill(service, given.reward) if given.busy else []
                before = len(service.log.read_text())
                contents = [request(given.reward, number * given.requests + one) for one in range(given.requests)]
                answers = asyncio.run(burst(port, contents))
                bad += sum(not answer.complete for answer in answers)
                statuses = Counter(answer.status for answer in answers)
                seen = [answer.seconds * 1e3 for answer in answers if answer.status == 429]
                own = [float(ms) for ms in _ANSWERED.findall(service.log.read_text()[before:])]
                cells = [f"{quantile(some, share):6.1f}" for some in (seen, own) for share in (0.5, 0.99, 1.0)]
                other = given.requests - statuses[200] - statuses[429]
                for address in reversed(taken):
                    service.client.delete(address)
                while service.client.get("/v1/status").json()["queue"]["working"]:
                    time.sleep(0.05)
                print(f"{number:5} {statuses[200]:4} {statuses[429]:4} {other:6}", *cells, flush=True)
        finally:
            service.end()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
