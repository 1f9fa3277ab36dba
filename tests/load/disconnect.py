"""How soon a slot is free after its client has gone, while the default reward scores long texts in every slot.

Usage: python -m tests.load.disconnect [--rounds N]

A real service process, two slots, two held runs of a response of some 400 words and a budget of 20,000. In each round
both connections are closed at a moment of the run that differs from round to round, and the service is asked every
millisecond whether its slots are free. The model is loaded before.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.service_process import Process

SENTENCE = "Give her 240 mg every six hours, offer plenty of fluids, and call a doctor if she gets any worse. "
REWARD = {"kind": "similarity", "settings": {"reference": "One dose is 240 mg, every six hours."}}


def held(port: int, number: int) -> socket.socket:
    """A connection that waits for a long run."""
    content = json.dumps(
        {
            "prompt": "How much?",
            "response": f"Answer {number}. {SENTENCE * 20}",
            "reward": REWARD,
            "options": {"segmenter": "unicode", "budget": 20_000},
        }
    ).encode()
    head = (
        "POST /v1/attributions HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: wait\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(head.encode() + content)
    return connection


def main() -> int:
    """Prints the seconds of each round; 1 where one was longer than a second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    taken: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        service = Process(Path(folder))
        try:
            first = held(service.client.base_url.port, -1)
            while service.client.get("/v1/status").json()["rewards_loaded"] == []:
                time.sleep(0.01)
            first.close()
            for number in range(given.rounds):
                connections = [held(service.client.base_url.port, 2 * number + one) for one in (0, 1)]
                while service.client.get("/v1/status").json()["queue"]["working"] < 2:
                    time.sleep(0.01)
                time.sleep(0.3 + 0.37 * number)
                [connection.close() for connection in connections]
                started = time.perf_counter()
                while service.client.get("/v1/status").json()["queue"]["working"]:
                    time.sleep(0.001)
                taken.append(time.perf_counter() - started)
                print(f"{number:3} {taken[-1]:6.2f} s", flush=True)
        finally:
            service.end()
    return int(max(taken) > 1)


if __name__ == "__main__":
    sys.exit(main())
