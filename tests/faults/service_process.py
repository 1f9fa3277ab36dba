"""A real service process, which can be killed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.api import fake_rewards

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """`python -m backend`, or another module that is one, on a free port, its log in a file."""

    def __init__(self, folder: Path, *, module: str = "backend", **settings: object) -> None:
        plugins = folder / "plugins"
        if not plugins.exists():
            plugins.mkdir()
            fake_rewards.install(plugins)
        self.log = folder / f"log-{time.monotonic_ns()}"
        variables = {f"OSPO_{name.upper()}": str(value) for name, value in settings.items()}
        paths = {"PYTHONPATH": str(plugins), "OSPO_DATA_DIR": str(folder / "data"), "OSPO_PORT": "0"}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module], cwd=ROOT, env=os.environ | paths | variables, stderr=log
            )
        self.client = httpx.Client(base_url=self._url(), timeout=30)

    def _url(self) -> str:
        end = time.monotonic() + 180
        while (found := re.search(r"listening url=(\S+)", self.log.read_text())) is None:
            assert time.monotonic() < end, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.01)
        return found[1]

    def end(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait()
