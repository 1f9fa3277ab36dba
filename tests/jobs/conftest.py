"""The service with a client, and jobs that were trained without a worker: folders written as a trainer would."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.database.engine import open_engine
from backend.jobs.states import JobState
from backend.jobs.tables import JobRow
from tests.api.conftest import client, database_url, postgres, postgres_url, serve

__all__ = ["client", "database_url", "postgres", "postgres_url", "serve"]

TOY = {"preset": "toy", "steps": 6, "save_every": 2}


@pytest.fixture
def create(client):
    """A function that puts the toy run in line; the job as answered."""

    def one(run=None, **other):
        answer = client.post("/v1/jobs", json={"run": run or TOY, **other})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return one


@pytest.fixture
def put(database_url):
    """A function that writes columns of a job, as a worker would."""

    def values(job_id, **columns):
        engine = open_engine(database_url)
        with Session(engine) as session, session.begin():
            session.execute(update(JobRow).where(JobRow.id == job_id).values(columns))
        engine.dispose()

    return values


@pytest.fixture
def output(tmp_path):
    """A function from a job's id to the folder of its run, made if it is missing."""

    def folder(job_id):
        path = tmp_path / "data" / "jobs" / job_id / "output"
        path.mkdir(parents=True, exist_ok=True)
        return path

    return folder


def event(sequence, kind="step", **fields):
    """A line of events.jsonl."""
    line = {"sequence": sequence, "kind": kind, "step": sequence, "attempt": 1, "seconds": 2.0 * sequence, **fields}
    return json.dumps(line) + "\n"


def checkpoint(output, step, content=b"weights"):
    """A whole checkpoint."""
    folder = output / "checkpoints" / f"step-{step:06}"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(content)
    files = {"model.safetensors": {"size": len(content), "sha256": "0" * 64}}
    (folder / "manifest.json").write_text(json.dumps({"step": step, "files": files}))
    return folder


OVER = {"state": JobState.SUCCEEDED, "ended_at": 1}
