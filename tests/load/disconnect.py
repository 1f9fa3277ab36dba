"""How soon the place of a client that has gone is free, while the default reward scores long texts in every slot.

Usage: python -m tests.load.disconnect [--rounds 100] [--seed 1]

A real service process, two slots, held runs of a response of some 400 words and a budget of 20,000; the model is loaded
before. In each round two clients have a slot and two wait in line, of either two one by `Prefer: wait` and one reading
the events of its run, which it holds. Those in line go first, at a moment drawn anew each round, and then those in the
slots. The service is asked without a pause whether it still knows of them. The reward notes when each of its calls
ends, and for whom: a call that was under way when its client left counts among those after. In the end every place must
be there to be taken.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.faults.job_team import until
from tests.faults.service_process import Process
from tests.load.burst import quantile
from tests.load.verdict import Verdict

SLOTS, LINE = 2, 8
SENTENCE = "Give her 240 mg every six hours, offer plenty of fluids, and call a doctor if she gets any worse. "
REFERENCE = "One dose is 240 mg, every six hours."
LONGEST_PAUSE_SECONDS, LONGEST_SECONDS = 1.5, 60.0
MOST_BATCHES = 2


@dataclass
class Seen:
    """Seconds until a place was free, by round; calls of the reward that ended after the drop, by run; places lost."""

    worked: list[float] = field(default_factory=list)
    queued: list[float] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    batches_of_queued: list[int] = field(default_factory=list)
    leaked: int = 0


class Clients:
    """Connections that hold a run each, of one service."""

    def __init__(self, service: Process, notes: Path) -> None:
        self._client, self._notes, self._number = service.client, notes, 0

    def waiting(self) -> tuple[str, socket.socket]:
        """By `Prefer: wait`; the prompt by which its calls are known."""
        given = self._body()
        content = json.dumps(given).encode()
        head = (
            f"POST /v1/attributions HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: wait\r\nContent-Length: {len(content)}\r\n"
        )
        return given["prompt"], self._connection(head.encode() + b"Content-Type: application/json\r\n\r\n" + content)

    def streaming(self) -> tuple[str, socket.socket]:
        """In the middle of the events of its run."""
        given = self._body()
        run = self._client.post("/v1/attributions", json=given).raise_for_status().headers["Location"]
        connection = self._connection(f"GET {run}/events?hold=true HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        received = b""
        while b"event: progress" not in received:
            received += connection.recv(10_000)
        return given["prompt"], connection

    def batches_after(self, prompt: str, at: float) -> int:
        """Calls for this prompt that ended after this time."""
        lines = [line.split(" ", 1) for line in self._notes.read_text().splitlines()]
        return sum(whose == prompt and float(ended) > at for ended, whose in lines)

    def _body(self) -> dict[str, Any]:
        self._number += 1
        return {
            "prompt": f"How much, {self._number}?",
            "response": f"Answer {self._number}. {SENTENCE * 20}",
            "reward": {"kind": "noted", "settings": {"file": str(self._notes), "reference": REFERENCE}},
            "options": {"segmenter": "unicode", "budget": 20_000},
        }

    def _connection(self, content: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._client.base_url.port))
        connection.sendall(content)
        return connection


def queue(client: httpx.Client) -> dict[str, int]:
    """How busy it is."""
    return client.get("/v1/status").json()["queue"]


def drop(client: httpx.Client, connections: list[socket.socket], where: str) -> tuple[float, float]:
    """Close them all; the time at which that was done, and the seconds until nothing is `where` any more."""
    for connection in connections:
        connection.close()
    at = time.monotonic()
    while queue(client)[where] and time.monotonic() < at + LONGEST_SECONDS:
        pass
    return at, time.monotonic() - at


def one_round(service: Process, clients: Clients, pause: float, seen: Seen) -> None:
    """Two come to a slot and two into the line; all go."""
    client = service.client
    working = [clients.waiting(), clients.streaming()]
    until(lambda: queue(client)["working"] == SLOTS)
    waiting = [clients.waiting(), clients.streaming()]
    until(lambda: queue(client)["waiting"] == 2)
    time.sleep(pause)
    _, seconds = drop(client, [connection for _, connection in waiting], "waiting")
    seen.queued.append(seconds)
    at, seconds = drop(client, [connection for _, connection in working], "working")
    seen.worked.append(seconds)
    seen.batches += [clients.batches_after(prompt, at) for prompt, _ in working]
    seen.batches_of_queued += [clients.batches_after(prompt, 0.0) for prompt, _ in waiting]


def places_lost(client: httpx.Client) -> int:
    """Of slots and line: those that cannot be taken."""
    given = {"response": "Give her 240 mg.", "reward": {"kind": "slow", "settings": {"seconds": 2.0}}}
    options = {"segmenter": "unicode"}
    bodies = [given | {"prompt": f"Place {number}?", "options": options} for number in range(SLOTS + LINE)]
    return sum(client.post("/v1/attributions", json=body).status_code != 202 for body in bodies)


def measure(*, rounds: int = 100, seed: int = 1) -> Seen:
    """Prints each round."""
    seen, dice = Seen(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder), slots=SLOTS, queue_length=LINE, per_client=SLOTS + LINE)
        try:
            clients = Clients(service, Path(folder) / "notes")
            _, first = clients.waiting()
            until((Path(folder) / "notes").exists, 120)
            drop(service.client, [first], "working")
            for number in range(rounds):
                one_round(service, clients, dice.uniform(0, LONGEST_PAUSE_SECONDS), seen)
                print(f"{number:3} in line {seen.queued[-1]:6.3f} s, in a slot {seen.worked[-1]:6.3f} s", flush=True)
            seen.leaked = places_lost(service.client)
        finally:
            service.end()
    return seen


def main(arguments: list[str] | None = None) -> Verdict:
    """Prints each figure beside its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    seen = measure(rounds=given.rounds, seed=given.seed)
    print(
        f"seed {given.seed}; {len(seen.batches)} clients gone from a slot, {len(seen.batches_of_queued)} from the line"
    )
    verdict = Verdict()
    verdict.below("seconds until the slots were free, p99", quantile(seen.worked, 0.99), 1.0)
    verdict.below("seconds until the line was empty, p99", quantile(seen.queued, 0.99), 1.0)
    verdict.at_most("calls of the reward after its client had gone, most", max(seen.batches), MOST_BATCHES)
    verdict.at_most("calls of the reward for those in line", sum(seen.batches_of_queued), 0)
    verdict.at_most(f"places lost, of {SLOTS + LINE}", seen.leaked, 0)
    return verdict


if __name__ == "__main__":
    sys.exit(main().code)
