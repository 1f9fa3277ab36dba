"""That no worker is there is told: of every job that is not over, by the state of the service, and as a metric."""

import pytest

from backend.database.engine import open_engine
from backend.jobs.leases import Leases
from backend.jobs.states import JobState
from tests.api.conftest import until


@pytest.fixture
def leases(client, database_url):
    """The workers' side of the service's store."""
    engine = open_engine(database_url)
    yield Leases(engine)
    engine.dispose()


def told(client, job_id):
    """Whether the job is said to be unattended, by itself and in the list, and the workers of status and metrics."""
    alone, listed = client.get(f"/v1/jobs/{job_id}").json(), client.get("/v1/jobs").json()["items"]
    assert alone["unattended"] == next(job["unattended"] for job in listed if job["id"] == job_id)
    lines = client.get("/metrics").text.splitlines()
    metric = next(float(line.split()[1]) for line in lines if line.startswith("ospo_workers "))
    assert metric == client.get("/v1/status").json()["workers"]
    return alone["unattended"], metric


def test_a_job_is_unattended_while_no_worker_is_there(client, create, leases):
    """From the first sign of life until the worker leaves, it is not."""
    job = create()["id"]
    assert told(client, job) == (True, 0)

    leases.beat("a")
    assert told(client, job) == (False, 1)

    leases.leave("a")
    assert told(client, job) == (True, 0)


def test_a_worker_that_falls_silent_is_not_there(serve, database_url):
    """After the time after which others would take its jobs."""
    client = serve(silence_seconds=0.1, takeover_seconds=0.2)
    engine = open_engine(database_url)
    Leases(engine).beat("a")
    engine.dispose()

    until(lambda: client.get("/v1/status").json()["workers"] == 0)


@pytest.mark.parametrize("state", sorted(JobState))
def test_only_what_is_not_over_is_unattended(client, create, put, state):
    """A job that is over needs nobody."""
    job = create()["id"]
    put(job, state=state)

    over = state in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
    assert client.get(f"/v1/jobs/{job}").json()["unattended"] is not over
