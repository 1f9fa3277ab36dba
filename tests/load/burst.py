"""200 attributions at once on 2 slots and a line of 8: what is answered, and how fast the refusals come.

Usage: python -m tests.load.burst [--reward slow|similarity|rubric|spinning] [--busy] [--rounds 5] [--requests 200]

`slow` takes 10 ms a call and leaves the interpreter (GIL) alone; `spinning` holds it all the time.
With --busy every place is taken by long runs beforehand, two of them at work: then all are refused.
A real service process. Connections are opened before the clock starts, as a pool of a client or a proxy has them; then
every request is written, and each answer is timed from its own writing to its last byte. `client` is what the one who
asked saw, with the time that this program, in one process on the same machine, needs to read 200 answers; `server` is
what the service's log says of the same refusals, from the first byte of the request to the last of the answer.
Meanwhile another thread reads from /metrics how many runs wait, fifty times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.api.conftest import RUBRIC
from tests.faults.service_process import Process
from tests.load.verdict import Verdict

SLOTS, LINE = 2, 8
REWARDS = {
    "rubric": RUBRIC,
    "spinning": {"kind": "spinning", "settings": {}},
    "slow": {"kind": "slow", "settings": {"seconds": 0.01}},
    "similarity": {"kind": "similarity", "settings": {"reference": "One dose is 240 mg, every six hours."}},
}
LONGEST_SECONDS = 300.0
LOOK_SECONDS = 0.02
"""Between two looks at the line, each of which the service has to answer beside the burst."""
_ANSWERED = re.compile(r"answered method=POST route=/v1/attributions status=429 ms=([\d.]+)")
_WAITING = re.compile(r"^ospo_queue_waiting (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; `whole` is a result of the whole text, or a refusal that says when to come back. Status 0 is none."""

    status: int
    seconds: float
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of one burst; `own` are the milliseconds that the service's log says of its refusals."""

    answers: list[Answer]
    own: list[float]
    depths: list[int]

    @property
    def lost(self) -> int:
        """Requests that got no answer."""
        return self.count(0)

    @property
    def failed(self) -> int:
        """Answers of 5xx."""
        return sum(answer.status >= 500 for answer in self.answers)

    @property
    def strange(self) -> int:
        """Answers that are neither a result, nor a refusal, nor a failure."""
        return len(self.answers) - self.lost - self.failed - self.count(200) - self.count(429)

    @property
    def cut(self) -> int:
        """Results and refusals that are not whole."""
        return sum(answer.status in (200, 429) and not answer.whole for answer in self.answers)

    @property
    def refusals(self) -> list[float]:
        """Milliseconds of the 429s, as the client saw them."""
        return [answer.seconds * 1e3 for answer in self.answers if answer.status == 429]

    def count(self, status: int) -> int:
        """Answers with this status."""
        return sum(answer.status == status for answer in self.answers)


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
    started, status, whole = time.perf_counter(), 0, False
    writer.write(content)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            status = int(head.split()[1])
            body = await reader.readexactly(int(re.search(r"content-length: (\d+)", head)[1]))
        whole = (status == 429 and "retry-after: " in head) or (status == 200 and is_whole(json.loads(body)))
    except (TimeoutError, OSError, EOFError, ValueError):
        pass  # what is missing says itself: no status, or not whole
    return Answer(status=status, seconds=time.perf_counter() - started, whole=whole)


def is_whole(run: dict) -> bool:
    """Whether it has ended well, with a credit for every piece of the text."""
    if run["state"] != "succeeded" or run["result"]["partial"]:
        return False
    return "".join(token["text"] for token in run["result"]["tokens"]) == run["request"]["response"]


async def burst(port: int, contents: list[bytes]) -> list[Answer]:
    """All at once."""
    pairs = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in contents))
    answers = await asyncio.gather(*(ask(*pair, content) for pair, content in zip(pairs, contents, strict=True)))
    for _, writer in pairs:
        writer.close()
    return answers


@contextmanager
def depths(service: Process) -> Iterator[list[int]]:
    """How many runs wait, read again and again until the end."""
    seen, over = [], threading.Event()

    def read() -> None:
        while not over.wait(LOOK_SECONDS):
            seen.append(int(float(_WAITING.search(service.client.get("/metrics").text)[1])))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def quantile(values: list[float], share: float) -> float:
    """Of a few values: the smallest that so many of them do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def one_round(service: Process, reward: str, contents: list[bytes], *, busy: bool) -> Round:
    """A burst, and then nothing at work."""
    taken = fill(service, reward) if busy else []
    before = len(service.log.read_text())
    with depths(service) as seen:
        answers = asyncio.run(burst(service.client.base_url.port, contents))
    for address in reversed(taken):
        service.client.delete(address)
    while service.client.get("/v1/status").json()["queue"]["working"]:
        time.sleep(0.05)
    own = [float(ms) for ms in _ANSWERED.findall(service.log.read_text()[before:])]
    return Round(answers=answers, own=own, depths=seen)


def measure(*, reward: str = "slow", rounds: int = 5, requests: int = 200, busy: bool = False) -> list[Round]:
    """Prints a table."""
    found = []
    print(f"{requests} at once, reward {reward}, milliseconds of the 429s")
    print("round  200  429  other  client p50  p99  max | server p50  p99  max | deepest line, of looks")
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder), slots=SLOTS, queue_length=LINE, per_client=requests)
        try:
            asyncio.run(burst(service.client.base_url.port, [request(reward, -1)]))
            for number in range(rounds):
                contents = [request(reward, number * requests + one) for one in range(requests)]
                one = one_round(service, reward, contents, busy=busy)
                found.append(one)
                cells = [
                    f"{quantile(some, share):6.1f}" for some in (one.refusals, one.own) for share in (0.5, 0.99, 1)
                ]
                others = requests - one.count(200) - one.count(429)
                print(f"{number:5} {one.count(200):4} {one.count(429):4} {others:6}", *cells, end="")
                print(f" {max(one.depths):3} {len(one.depths):4}", flush=True)
        finally:
            service.end()
    return found


def main(arguments: list[str] | None = None) -> Verdict:
    """Prints each figure beside its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reward", choices=REWARDS, default="slow")
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=200)
    rounds = measure(**vars(parser.parse_args(arguments)))
    verdict = Verdict()
    verdict.at_most("requests without an answer", sum(one.lost for one in rounds), 0)
    verdict.at_most("results and refusals that are not whole", sum(one.cut for one in rounds), 0)
    verdict.at_most("answers of 5xx", sum(one.failed for one in rounds), 0)
    verdict.at_most("answers of another status than 200 and 429", sum(one.strange for one in rounds), 0)
    verdict.at_most("deepest line", max(max(one.depths) for one in rounds), LINE)
    verdict.below(
        "p99 of the 429s at the client, ms, worst round", max(quantile(one.refusals, 0.99) for one in rounds), 100
    )
    return verdict


if __name__ == "__main__":
    sys.exit(main().code)
