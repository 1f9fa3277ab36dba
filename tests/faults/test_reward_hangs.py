"""Rewards that never return, in a real service process."""

import signal
from datetime import datetime

import pytest

from tests.api.conftest import Gate, body, until

pytestmark = pytest.mark.slow

SECONDS = 1.0


def test_two_slots_hang_and_the_service_goes_on(start, tmp_path):
    """A good run comes through; both end within a second of the deadline; nothing keeps the process from ending."""
    service, gate = start(slots=2, reward_seconds=SECONDS, drain_seconds=0), Gate(tmp_path)
    given = [body(gate.reward(), prompt=name) for name in "ab"]
    hung = [service.client.post("/v1/attributions", json=one).json()["id"] for one in given]
    gate.reached(call=2)

    good = service.client.post("/v1/attributions", json=body(), headers={"Prefer": "wait"}).json()
    ended = [_ended(service.client, run) for run in hung]  # the good one may have had the slot of either
    left = service.client.get("/v1/status").json()["rewards_left_behind"]
    log = service.log.read_text()
    service.process.send_signal(signal.SIGTERM)

    called = max((gate.folder / f"call-{call}").stat().st_mtime for call in (1, 2))
    finished = max(datetime.fromisoformat(run["finished_at"]).timestamp() for run in ended)
    assert good["state"] == "succeeded"
    assert [run["problem"]["type"] for run in ended] == ["urn:ospo:problem:reward-timeout"] * 2
    assert SECONDS < finished - called < SECONDS + 1.0
    assert (left, log.count("reward_left_behind")) == (2, 2)
    assert "service_rewards.py" in log
    assert service.process.wait(30) == 0


def _ended(client, run: str) -> dict:
    """The run, once it is over."""
    until(lambda: client.get(f"/v1/attributions/{run}").json()["state"] not in ("queued", "running"))
    return client.get(f"/v1/attributions/{run}").json()
