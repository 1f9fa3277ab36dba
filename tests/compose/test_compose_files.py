"""All compose files at once, as either compose reads them. Starts nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.compose.stack import ROOT

GPU = {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}


@pytest.fixture(params=["docker compose", "docker-compose"])
def compose(request) -> list[str]:
    """A command that reads compose files, where it is installed."""
    command = request.param.split()
    found = shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0
    return command if found else pytest.skip(f"{request.param} is not installed")


def merged(compose: list[str], folder: Path, **variables: str) -> dict[str, Any]:
    """The services of all files together, of an installation with secrets."""
    overlays = sorted(path.name for path in ROOT.glob("docker-compose.*.yml"))
    files = ["docker-compose.yml", *overlays]
    for name in files:
        shutil.copy(ROOT / name, folder)
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "write-secrets", folder / "scripts")
    subprocess.run([folder / "scripts" / "write-secrets"], check=True, capture_output=True)
    chosen = {"COMPOSE_FILE": ":".join(files)} | variables
    command = [*compose, "config"]
    done = subprocess.run(command, cwd=folder, env=os.environ | chosen, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)["services"]


def test_the_gpu_is_reserved_for_service_and_worker(compose, tmp_path):
    """With PyPI's torch in an image of another name; for nobody else, and with every other overlay beside."""
    services = merged(compose, tmp_path)

    reserved = {name: _devices(service) for name, service in services.items()}

    assert reserved == {"api": [GPU], "worker": [GPU], "frontend": [], "postgres": []}
    assert {services[name]["image"] for name in ("api", "worker")} == {"ospo-engine:0.1.0-gpu"}
    assert [services[name]["build"]["args"]["TORCH_INDEX"] for name in ("api", "worker")] == ["", ""]


def test_processors_are_limited_where_asked_for(compose, tmp_path):
    """Each container by its own variable; a container without one may use all that there are."""
    limits = {"OSPO_API_CPUS": "1.5", "OSPO_WORKER_CPUS": "0.5", "OSPO_FRONTEND_CPUS": "0.25"}

    services = merged(compose, tmp_path, **limits)

    found = {name: float(service.get("cpus", 0)) for name, service in services.items()}
    assert found == {"api": 1.5, "worker": 0.5, "frontend": 0.25, "postgres": 0}


def _devices(service: dict[str, Any]) -> list[dict[str, Any]]:
    return service.get("deploy", {}).get("resources", {}).get("reservations", {}).get("devices", [])
