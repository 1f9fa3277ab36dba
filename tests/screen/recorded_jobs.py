"""The routes of training runs, played from recorded event files; everything else is the real service.

A played run goes through the states of docs/training.md: it waits, writes a step every so many seconds or when the test
says so, stops at the end of a step, and goes on from its newest checkpoint with a higher attempt.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import yaml
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from backend.app import create_app
from backend.server import DrainingServer
from backend.settings import Settings

RECORDINGS = Path(__file__).with_name("recordings")
CONFIG: dict[str, Any] = {
    "name": "product search",
    "rule": "blend",
    "rule_weight": 0.5,
    "clip": None,
    "players": "word",
    "evaluations": 32,
    "model": "smollm2",
    "lora": {"rank": 16, "alpha": 32},
    "data": "product_search",
    "reward": {"kind": "similarity", "reference": "running shoes for flat feet under 100"},
    "watch": {"unseen": {"kind": "retrieval", "method": "bm25"}},
    "steps": 40,
    "group_size": 8,
    "prompts_per_step": 1,
    "max_new_tokens": 28,
    "temperature": 0.7,
    "learning_rate": 1e-4,
    "beta": 0.01,
    "loss_type": "dapo",
    "seed": 0,
    "save_every": 10,
    "sample_every": 5,
    "samples": 2,
}
PRESETS = [
    {
        "name": "toy",
        "title": "Toy",
        "summary": "A small catalogue task. Shows every screen working.",
        "run": CONFIG | {"model": "toy", "steps": 60, "lora": None},
        "facts": {"Model": "tiny, 1.2 M", "Steps": "60", "Methods": "OSPO", "Time": "about 1 min", "Needs": "CPU"},
        "impossible": None,
    },
    {
        "name": "paired",
        "title": "Paired",
        "summary": "OSPO and GRPO with one seed, one data order, one step count.",
        "run": CONFIG,
        "facts": {
            "Model": "SmolLM2-135M, LoRA",
            "Steps": "40 each",
            "Methods": "OSPO and GRPO",
            "Time": "about 19 min",
            "Needs": "CPU, 2.1 GB",
        },
        "impossible": None,
    },
    {
        "name": "short",
        "title": "Short LoRA",
        "summary": "Your model, your prompts, your reward.",
        "run": CONFIG | {"steps": 200},
        "facts": {
            "Model": "any, by id or folder",
            "Steps": "200",
            "Methods": "OSPO",
            "Time": "measured on start",
            "Needs": "one GPU, 16 GB",
        },
        "impossible": "No GPU on this machine. The preset starts as soon as one is visible.",
    },
]


def recording(rule: str) -> list[dict[str, Any]]:
    """The events of a recorded run."""
    return [json.loads(line) for line in (RECORDINGS / f"{rule}.jsonl").read_text("utf-8").splitlines()]


@dataclass
class PlayedJob:
    """A job whose trainer is a recording."""

    rule: str
    label: str
    state: str = "queued"
    pair_id: str | None = None
    problem: dict[str, Any] | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    config: dict[str, Any] = field(default_factory=dict)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    log: list[dict[str, Any]] = field(default_factory=list)
    step: int = 0
    attempts: int = 0
    began: float = 0.0
    first: int = 0
    unattended: bool = False

    def __post_init__(self) -> None:
        self.config = CONFIG | {"rule": self.rule} | self.config
        self.events = recording("uniform" if self.rule == "uniform" else "blend")

    def play(self, to_step: int) -> None:
        """Write what was recorded up to a step, as the attempt under way."""
        fresh = not self.log
        for event in self.events:
            if self.step < event["step"] <= to_step or (fresh and event["step"] == 0):
                self.log.append(event | {"sequence": len(self.log), "attempt": max(1, self.attempts)})
        self.step = max(self.step, min(to_step, 40))

    @property
    def checkpoints(self) -> list[int]:
        """The two newest, the newest first."""
        return sorted({event["step"] for event in self.log if event["kind"] == "checkpoint"}, reverse=True)[:2]

    def seen(self, position: int | None) -> dict[str, Any]:
        """As the service tells of it."""
        return {
            "id": self.id,
            "pair_id": self.pair_id,
            "label": self.label,
            "tags": [],
            "state": self.state,
            "position": position,
            "unattended": self.unattended,
            "step": self.step,
            "steps": 40,
            "created_at": self.created_at.isoformat(),
            "started_at": None if self.state == "queued" else self.created_at.isoformat(),
            "ended_at": None,
            "eta_seconds": 14.0 * (40 - self.step) if self.state == "running" else None,
            "config": self.config,
            "command": f"ospo train run.yaml --output jobs/{self.id[:8]}",
            "yaml": yaml.safe_dump(self.config, sort_keys=False),
            "problem": self.problem,
            "checkpoints": self.checkpoints,
            "attempts": self.attempts,
        }


class Player:
    """The jobs, the newest first, and what previews and starts were asked for, the newest last.

    `seconds_a_step` None plays nothing by itself.
    """

    def __init__(self, seconds_a_step: float | None = None) -> None:
        self.seconds_a_step = seconds_a_step
        self.jobs: list[PlayedJob] = []
        self.delay = 0.0
        self.asked: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def add(self, rule: str, *, steps: int = 0, **fields: Any) -> PlayedJob:
        """A job that has played so many steps already."""
        job = PlayedJob(rule=rule, label=fields.pop("label", ""), **fields)
        job.created_at += timedelta(microseconds=len(self.jobs))
        if steps:
            job.attempts = 1
            job.play(steps)
        self.jobs.insert(0, job)
        return job

    def add_pair(self, *, steps: int = 40, state: str = "succeeded", label: str = "") -> tuple[PlayedJob, PlayedJob]:
        """The recorded pair: OSPO, GRPO."""
        pair = str(uuid.uuid4())
        flat = self.add("uniform", steps=steps, state=state, pair_id=pair, label=label)
        return self.add("blend", steps=steps, state=state, pair_id=pair, label=label), flat

    def find(self, job_id: str) -> PlayedJob | None:
        """By its id."""
        return next((job for job in self.jobs if job.id == job_id), None)

    def position(self, job: PlayedJob) -> int | None:
        """Place in line from 1."""
        waiting = [one for one in reversed(self.jobs) if one.state == "queued"]
        return waiting.index(job) + 1 if job in waiting else None

    def tick(self) -> None:
        """Let time pass for whatever runs; both jobs of a pair run at once here."""
        if self.seconds_a_step is None:
            return
        with self._lock:
            for job in self.jobs:
                self._move(job, self.seconds_a_step)

    def _move(self, job: PlayedJob, pace: float) -> None:
        if job.state == "queued":
            job.state, job.began, job.first = "running", time.monotonic(), job.step
            job.attempts += 1
        elif job.state == "running":
            job.play(job.first + int((time.monotonic() - job.began) / pace))
            job.state = "succeeded" if job.step >= 40 else "running"
        elif job.state == "stopping":
            job.state = "cancelled"


def routes(player: Player) -> APIRouter:
    """What docs/training.md lists under Jobs."""
    router = APIRouter()

    def problem(status: int, title: str, **more: Any) -> JSONResponse:
        kind = {404: "not-found", 409: "conflict", 422: "invalid"}[status]
        body = {"type": f"urn:ospo:problem:{kind}", "title": title, "status": status, **more}
        return JSONResponse(body, status, media_type="application/problem+json")

    def told(job: PlayedJob | None, status: int = 200) -> Response:
        if job is None:
            return problem(404, "No such job")
        return JSONResponse(job.seen(player.position(job)), status)

    def refused(run: dict[str, Any]) -> Response | None:
        if int(run.get("steps") or 1) > 5000:
            errors = [{"where": ["body", "run", "steps"], "message": "must be at most 5000"}]
            return problem(422, "Invalid request", errors=errors)
        return None

    def refused_rows(rows: str | None) -> Response | None:
        if rows is not None and "wrong" in rows:
            errors = [{"where": ["body", "rows"], "message": "rows, line 2: is not valid JSON"}]
            return problem(422, "Invalid request", errors=errors)
        return None

    @router.get("/v1/training/presets")
    def presets() -> dict[str, Any]:
        time.sleep(player.delay)
        return {"items": PRESETS}

    @router.post("/v1/jobs/preview")
    async def preview(request: Request) -> Response:
        asked = await request.json()
        player.asked.append(asked)
        run = asked["run"]
        preset = next((one["run"] for one in PRESETS if one["name"] == run.get("preset")), CONFIG)
        run = preset | run
        evaluations = 1 if run.get("rule") == "uniform" else run["evaluations"]
        calls = run["group_size"] * run["prompts_per_step"] * evaluations * run["steps"]
        if run.get("preset") == "paired":
            calls += run["group_size"] * run["prompts_per_step"] * run["steps"]
        body = {
            "reward_calls": calls,
            "evaluations": evaluations,
            "seconds": 14.3 * run["steps"] * 2,
            "seconds_measured": True,
            "memory_bytes": 2_100_000_000,
            "command": f"ospo train run.yaml --preset {run.get('preset')} \\\n    --output runs/{run.get('preset')}",
            "yaml": yaml.safe_dump(run, sort_keys=False),
        }
        return refused(run) or refused_rows(asked.get("rows")) or JSONResponse(body)

    @router.post("/v1/jobs")
    async def start(request: Request) -> Response:
        body = await request.json()
        player.asked.append(body)
        run = body["run"]
        if (refusal := refused(run)) is not None:
            return refusal
        if run.get("preset") == "paired":
            return told(player.add_pair(steps=0, state="queued", label=body["label"])[0], 201)
        return told(player.add(run.get("rule", "blend"), label=body["label"]), 201)

    @router.get("/v1/jobs")
    def jobs(
        limit: int = 20, cursor: str | None = None, pair_id: str | None = None, state: str | None = None
    ) -> dict[str, Any]:
        time.sleep(player.delay)
        player.tick()
        start, fits = (
            int(cursor or 0),
            [job for job in player.jobs if pair_id in (None, job.pair_id) and state in (None, job.state)],
        )
        items = [job.seen(player.position(job)) for job in fits[start : start + limit]]
        return {"items": items, "next": str(start + limit) if start + limit < len(fits) else None}

    @router.get("/v1/jobs/{job_id}")
    def job(job_id: str) -> Response:
        player.tick()
        return told(player.find(job_id))

    @router.get("/v1/jobs/{job_id}/steps")
    def steps(job_id: str, after: int = -1) -> Response:
        found = player.find(job_id)
        if found is None:
            return told(None)
        items = [event for event in found.log if event["sequence"] > after]
        return JSONResponse({"items": items, "next_after": items[-1]["sequence"] if items else after})

    @router.post("/v1/jobs/{job_id}/cancel")
    def cancel(job_id: str) -> Response:
        found = player.find(job_id)
        if found is not None and found.state in ("queued", "running"):
            found.state = "stopping" if found.state == "running" else "cancelled"
        return told(found)

    @router.post("/v1/jobs/{job_id}/resume")
    def resume(job_id: str) -> Response:
        found = player.find(job_id)
        if found is not None and found.state in ("cancelled", "failed"):
            found.step, found.state, found.problem = max([0, *found.checkpoints]), "queued", None
        return told(found)

    @router.delete("/v1/jobs/{job_id}")
    def delete(job_id: str) -> Response:
        found = player.find(job_id)
        if found is None or found.state in ("running", "queued", "stopping"):
            return told(None) if found is None else problem(409, "The job is not over")
        player.jobs.remove(found)
        return Response(status_code=204)

    @router.get("/v1/jobs/{job_id}/adapter")
    def adapter(job_id: str) -> Response:
        named = {"Content-Disposition": f'attachment; filename="adapter-{job_id[:8]}.zip"'}
        return Response(b"PK\x05\x06" + bytes(18), media_type="application/zip", headers=named)

    @router.get("/v1/jobs/{job_id}/checkpoints")
    def checkpoints(job_id: str) -> Response:
        found = player.find(job_id)
        return (
            told(None)
            if found is None
            else JSONResponse({"items": [{"step": one, "bytes": 1} for one in found.checkpoints]})
        )

    @router.get("/v1/jobs/{job_id}/checkpoints/{step}")
    def checkpoint(job_id: str, step: int) -> Response:
        named = {"Content-Disposition": f'attachment; filename="checkpoint-{job_id[:8]}-{step}.zip"'}
        return Response(b"PK\x05\x06" + bytes(18), media_type="application/zip", headers=named)

    @router.get("/v1/jobs/{job_id}/events")
    def events(job_id: str) -> Response:
        found = player.find(job_id)
        log = [] if found is None else found.log
        text = "".join(f"id: {one['sequence']}\nevent: {one['kind']}\ndata: {json.dumps(one)}\n\n" for one in log)
        return Response(text, media_type="text/event-stream")

    return router


@contextmanager
def playing(player: Player, data_dir: Path, port: int = 0) -> Iterator[httpx.Client]:
    """The real service with these routes before its own, on a real port."""
    settings = Settings(port=port, drain_seconds=0.0, data_dir=data_dir)
    app = create_app(settings)
    app.router.routes[:0] = routes(player).routes
    server = DrainingServer(app, settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join()
