"""The installation of docs/deployment.md on a real Docker engine: a copy of the tree, its own project and ports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import httpx

from frontend.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TREE = ("ospo_core", "backend", "frontend", "requirements", "scripts")
FILES = ("Dockerfile", ".dockerignore", "pyproject.toml", "LICENSE")
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.api.yml")
NAMED = (*COMPOSE_FILES, "docker-compose.users.yml")
PATIENCE_SECONDS = 240
SERVICES = ("frontend", "api", "worker", "postgres")
LASTING = ("id", "pair_id", "label", "tags", "steps", "created_at", "config", "command", "yaml", "made_by")
"""What of a run's JSON stays as it is while it is trained; once it is over, all of it does."""
OVER = ("succeeded", "failed", "cancelled")


def compose_command() -> list[str] | None:
    """Compose v2, else docker-compose 1.29; None where there is neither."""
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


def why_not() -> str | None:
    """The reason for which nothing can be started here; None where it can."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    if subprocess.run(["docker", "info"], capture_output=True).returncode != 0:
        return "no Docker engine answers; DOCKER_HOST says where one is"
    if os.getuid() != 0:
        return "containers are killed by their process id, which takes root on the engine's machine"
    return "neither docker compose nor docker-compose is installed" if compose_command() is None else None


def until(holds: Callable[[], bool], *, seconds: float) -> None:
    """Wait for a condition that takes processes to look at; fail where it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it did not happen within {seconds:.0f} s"
        time.sleep(0.2)


def docker(*words: str) -> str:
    """What a docker command prints. Raises: subprocess.CalledProcessError."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout.strip()


class Stack:
    """One installation. `api` speaks to the service, `screen` is the address that a browser opens."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder / "ospo"
        _copy_tree(self.folder)
        subprocess.run([self.folder / "scripts" / "write-secrets"], check=True, capture_output=True)
        with (self.folder / ".env").open("a") as file:
            file.write("OMP_NUM_THREADS=1\n")  # several processes at once on a machine of few processors
        self.cpus = {service: (os.cpu_count() or 1) - 0.01 * number for number, service in enumerate(SERVICES)}
        self.port, self.api_port = free_port("127.0.0.1"), free_port("127.0.0.1")
        self.project = f"ospotest{os.getpid()}"
        self.environment = os.environ | {
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_PROJECT_NAME": self.project,
            "COMPOSE_FILE": ":".join(COMPOSE_FILES),
            "COMPOSE": " ".join(compose_command() or []),
            "OSPO_PUBLISH_PORT": str(self.port),
            "OSPO_PUBLISH_API_PORT": str(self.api_port),
            **{f"OSPO_{service.upper()}_CPUS": f"{cpus:.2f}" for service, cpus in self.cpus.items()},
            **images(),
            **variables,
        }
        self.screen = f"http://127.0.0.1:{self.port}"
        self.api = httpx.Client(
            base_url=f"http://127.0.0.1:{self.api_port}",
            headers={"Authorization": f"Bearer {self.secret('OSPO_TOKEN')}"},
            timeout=60,
            trust_env=False,
        )

    def secret(self, name: str) -> str:
        """A value of its .env."""
        lines = (self.folder / ".env").read_text("utf-8").splitlines()
        return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))

    def run(self, *words: str | Path, stdin: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command in its folder, as somebody who has set up the shell for this installation."""
        done = subprocess.run(words, cwd=self.folder, env=self.environment, input=stdin, capture_output=True, text=True)
        assert done.returncode == 0 or not check, f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done

    def compose(self, *words: str, stdin: str | None = None) -> str:
        """What a compose command prints."""
        return self.run(*(compose_command() or []), *words, stdin=stdin).stdout.strip()

    def up(self, *words: str) -> None:
        """Start what is not started, and wait until it is ready."""
        self.compose("up", "-d", *words)
        self.wait()

    def speak_for(self, token: str) -> None:
        """Whose requests follow."""
        self.api.headers["Authorization"] = f"Bearer {token}"

    def read(self, files: Sequence[str]) -> None:
        """Which compose files count from now on."""
        self.environment["COMPOSE_FILE"] = ":".join(files)

    def wait(self) -> None:
        """Until screen, service, worker and database are ready."""
        until(self.ready, seconds=PATIENCE_SECONDS)

    def ready(self) -> bool:
        """Whether each does its work: the service says so of itself and the database, a worker by its sign of life."""
        with suppress(httpx.HTTPError, subprocess.CalledProcessError):
            screen = httpx.get(f"{self.screen}/_stcore/health", timeout=5, trust_env=False)
            return screen.status_code == 200 and self.api.get("/readyz").status_code == 200 and self._worker_beats()
        return False

    def _worker_beats(self) -> bool:
        started = docker("inspect", "-f", "{{.State.StartedAt}}", self.containers("worker")[0])
        beats = self.sql("select max(beat) from workers")
        return bool(beats) and int(beats) / 1e6 > _seconds(started)

    def sql(self, statement: str) -> str:
        """What the database answers, bare."""
        return docker("exec", self.containers("postgres")[0], "psql", "-U", "ospo", "-d", "ospo", "-Atc", statement)

    def containers(self, service: str) -> list[str]:
        """Ids of the containers of a service."""
        return docker("ps", "-q", *self._filters(service)).split()

    def _filters(self, service: str) -> list[str]:
        labels = f"project={self.project}", f"service={service}"
        return [word for label in labels for word in ("--filter", f"label=com.docker.compose.{label}")]

    def kill(self, service: str) -> float:
        """Kill -9 of its first process, as nothing that Docker knows of; seconds until all is ready again."""
        container = self.containers(service)[0]
        before = docker("inspect", "-f", "{{.State.StartedAt}} {{.State.Pid}}", container).split()
        started = time.monotonic()
        os.kill(int(before[1]), signal.SIGKILL)
        until(lambda: self._restarted(container, before[0]), seconds=PATIENCE_SECONDS)
        self.wait()
        return time.monotonic() - started

    def _restarted(self, container: str, before: str) -> bool:
        state = json.loads(docker("inspect", "-f", "{{json .State}}", container))
        return state["Running"] and state["StartedAt"] != before

    def seen(self) -> dict[str, dict]:
        """All that must outlive everything, by its address: results with their documents, runs, lines of the audit."""
        results = [f"/v1/{item['kind']}s/{item['id']}" for item in self._pages("/v1/results")]
        jobs = [f"/v1/jobs/{item['id']}" for item in self._pages("/v1/jobs")]
        acts = enumerate(reversed(self._pages("/v1/audit")))
        return {path: self._content(path) for path in results + jobs} | {f"/v1/audit {n}": act for n, act in acts}

    def lost(self, before: dict[str, dict]) -> list[str]:
        """Addresses of what was seen before and is gone or another now. A run may have gone on."""
        now = self.seen()
        return [path for path, then in before.items() if not _lasting(then).items() <= now.get(path, {}).items()]

    def _content(self, path: str) -> dict:
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _pages(self, path: str) -> list[dict]:
        items, cursor = [], None
        while True:
            page = self.api.get(path, params={"limit": 100} | ({"cursor": cursor} if cursor else {})).json()
            items += page["items"]
            cursor = page["next"]
            if not cursor:
                return items

    def explain(self, text: str) -> dict:
        """The stored result of a response, waited for."""
        reward = {"kind": "rubric", "settings": {"facts": [{"name": "dose", "any_of": ["240 mg"]}]}}
        body = {"prompt": "How much?", "response": text, "reward": reward}
        answer = self.api.post("/v1/attributions", json=body, headers={"Prefer": "wait"})
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()

    def train(self, steps: int) -> str:
        """The id of a toy run that was put in line."""
        run = {"preset": "toy", "steps": steps, "save_every": 5}
        answer = self.api.post("/v1/jobs", json={"run": run, "label": "toy"})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def job(self, job_id: str) -> dict:
        """A job as the service tells it."""
        return self.api.get(f"/v1/jobs/{job_id}").json()

    def trained(self, job_id: str) -> dict:
        """The job when it is over."""
        until(lambda: self.job(job_id)["state"] in OVER, seconds=600)
        return self.job(job_id)

    def at_work(self, jobs: list[str], *, steps: int) -> None:
        """Wait until the last of these runs is being trained; where it is over, another is put in."""
        until(lambda: self._trains(jobs, steps), seconds=PATIENCE_SECONDS)

    def _trains(self, jobs: list[str], steps: int) -> bool:
        if not jobs or self.job(jobs[-1])["state"] in OVER:
            jobs.append(self.train(steps))
        processes = docker("top", self.containers("worker")[0])
        return self.job(jobs[-1])["state"] == "running" and "ospo_core.training" in processes

    def remove(self) -> None:
        """Containers, volumes and networks; the images stay, so that the next build is quick."""
        self.compose("down", "--volumes", "--timeout", "5")


def images() -> dict[str, str]:
    """Names of the images, and what they are made from: no image is pulled that is not there."""
    names = {"OSPO_ENGINE_IMAGE": "ospo-engine:test", "OSPO_SCREEN_IMAGE": "ospo-screen:test"}
    return names | {
        "OSPO_POSTGRES_IMAGE": os.environ.get("OSPO_POSTGRES_IMAGE") or _postgres_image(),
        "OSPO_TORCH_INDEX": os.environ.get("OSPO_TORCH_INDEX", _torch_index()),
    }


def size_of(image: str) -> float:
    """Of all layers, in MB."""
    return int(docker("image", "inspect", "-f", "{{.Size}}", image)) / 1e6


def _lasting(content: dict) -> dict:
    under_way = "checkpoints" in content and content["state"] not in OVER
    return {name: content[name] for name in LASTING} if under_way else content


def _postgres_image() -> str:
    if subprocess.run(["docker", "image", "inspect", "postgres:17"], capture_output=True).returncode == 0:
        return "postgres:17"
    docker("build", "--quiet", "--tag", "ospo-postgres-of-debian", str(Path(__file__).parent / "postgres"))
    return "ospo-postgres-of-debian"


def _torch_index() -> str:
    """None where the base image brings wheels of its own, else the default of the compose file."""
    found = subprocess.run(["docker", "image", "inspect", "python:3.11-slim"], capture_output=True, text=True)
    return "" if "PIP_FIND_LINKS=" in found.stdout else "https://download.pytorch.org/whl/cpu"


def _copy_tree(folder: Path) -> None:
    """What a clone has, as far as an installation needs it."""
    folder.mkdir()
    for name in TREE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (*FILES, *(path.name for path in ROOT.glob("docker-compose*.yml"))):
        shutil.copy(ROOT / name, folder / name)


def _seconds(moment: str) -> float:
    """Of a time as Docker writes it, since the epoch."""
    return datetime.fromisoformat(moment[:26].rstrip("Z") + "+00:00").timestamp()
