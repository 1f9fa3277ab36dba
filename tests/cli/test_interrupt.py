"""Ctrl-C on a real process: the partial estimate is written, marked, and the exit code says that it was stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = '''
import time
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.reward import RewardSpec


class Settings(BaseModel):
    marker: str


class Slow:
    """Counts distinct words, a third of a second a call, and leaves a mark for every call."""

    spec = RewardSpec(kind="slow")

    def __init__(self, marker):
        self.marker = Path(marker)

    def score(self, prompts, responses):
        time.sleep(0.3)
        with self.marker.open("a") as file:
            file.write("x")
        return np.array([np.sqrt(len(set(text.split()))) + len(text) / 100 for text in responses])


SLOW = RewardKind(name="slow", summary="slow", settings_model=Settings, build=lambda s, f: Slow(s.marker))
'''
RESPONSE = " ".join(f"word{number} comes here, then." for number in range(20))
PATIENCE_SECONDS = 60


@pytest.fixture
def running(tmp_path):
    """`ospo explain` with a slow reward, started, with two calls to the reward made."""
    (tmp_path / "slow_reward.py").write_text(MODULE)
    metadata = tmp_path / "slow_reward-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-reward\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[ospo.rewards]\nslow = slow_reward:SLOW\n")
    marker = tmp_path / "calls"
    command = [sys.executable, "-m", "ospo_core", "explain", "--prompt", "", "--response", RESPONSE, "--reward", "slow"]
    command += ["--set", f"marker={marker}", "--budget", "5000", "--json", str(tmp_path / "out.json")]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (not marker.exists() or marker.stat().st_size < 2) and process.poll() is None:
        assert time.monotonic() < deadline, "the reward was never called"
        time.sleep(0.02)
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
def test_ctrl_c_keeps_the_partial_estimate(running, tmp_path):
    """Exit code 130, the document complete and marked partial, and the terminal says so."""
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE_SECONDS)

    document = json.loads((tmp_path / "out.json").read_text())
    assert running.returncode == 130, err
    assert "Traceback" not in err
    assert document["partial"]
    assert 0 < document["cost"]["evaluations_distinct"] < 5000
    assert abs(document["efficiency_residual"]) < 1e-6
    assert "Partial result" in out
