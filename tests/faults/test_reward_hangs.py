"""Rewards that never return, in a real service process."""

import signal
from datetime import datetime

import pytest

from tests.api.conftest import body, until

pytestmark = pytest.mark.slow

SECONDS = 1.0


def _taken(run):
    started, ended = (datetime.fromisoformat(run[name]) for name in ("started_at", "finished_at"))
    return (ended - started).total_seconds()


def test_two_slots_hang_and_the_service_goes_on(start):
    """A good run comes through; both end within a second of the deadline; nothing keeps the process from ending."""
    service = start(slots=2, reward_seconds=SECONDS, drain_seconds=0)
    hanging = {"kind": "hanging", "settings": {}}
    hung = [service.client.post("/v1/attributions", json=body(hanging, prompt=name)).json()["id"] for name in "ab"]
    until(lambda: service.client.get("/v1/status").json()["queue"]["working"] == 2)

    good = service.client.post("/v1/attributions", json=body(), headers={"Prefer": "wait"}).json()
    ended = [service.client.get(f"/v1/attributions/{run}").json() for run in hung]
    left = service.client.get("/v1/status").json()["rewards_left_behind"]
    log = service.log.read_text()
    service.process.send_signal(signal.SIGTERM)

    assert good["state"] == "succeeded"
    assert [run["problem"]["type"] for run in ended] == ["urn:ospo:problem:reward-timeout"] * 2
    assert max(_taken(run) for run in ended) < SECONDS + 1.0
    assert (left, log.count("reward_left_behind")) == (2, 2)
    assert "service_rewards.py" in log
    assert service.process.wait(30) == 0
