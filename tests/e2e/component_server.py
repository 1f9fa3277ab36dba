"""A Streamlit server of its own for one script, with the screen's theme."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from frontend.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
HOST = Path(__file__).with_name("component_host.py")


@contextmanager
def serving(script: Path, folder: Path, *arguments: str) -> Iterator[str]:
    """Run a script in a folder, which `VIEWS` names, and give its address; ended with the block."""
    shutil.copytree(ROOT / "frontend" / ".streamlit", folder / ".streamlit", dirs_exist_ok=True)
    port = free_port("127.0.0.1")
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
    options |= {"server.fileWatcherType": "none", "client.toolbarMode": "developer"}  # with all its shortcuts
    flags = [f"--{name}={value}" for name, value in options.items()]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", *flags, script, *arguments],
            cwd=folder,
            env=os.environ | {"VIEWS": str(folder), "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}/_stcore/health", folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(address, timeout=2.0, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(log.read_text("utf-8"))
