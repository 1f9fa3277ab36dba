"""What workers write, on SQLite and on PostgreSQL: one has the job, and whoever had it before writes nothing."""

import threading

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.database.engine import open_engine
from backend.jobs.leases import FencedOutError, Leases, Waiting
from backend.jobs.records import JobFilter, JobRecords, KeyTakenError, NewJob
from backend.jobs.states import JobState
from backend.jobs.tables import WorkerRow
from tests.api.conftest import database_url, postgres, postgres_url

__all__ = ["database_url", "postgres", "postgres_url"]


@pytest.fixture
def engine(database_url):
    """An engine on an empty database, with its tables."""
    made = open_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def records(engine):
    """The service's side."""
    return JobRecords(engine, silence_seconds=6.0)


@pytest.fixture
def leases(engine):
    """The workers' side."""
    return Leases(engine)


def _id(number):
    return f"00000000-0000-4000-8000-{number:012}"


def _new(number, **other):
    fields = {"pair_id": None, "label": "", "run": {"steps": 3}, "rows": None, "steps": 3, "idempotency_key": None}
    return NewJob(**({"id": _id(number), "request_sha256": "0" * 64} | fields | other))


def test_a_claim_is_one_workers_and_counts_an_attempt(records, leases):
    """The job is starting, under the fence of the claim."""
    records.add([_new(1)])

    claim = leases.claim(_id(1), "a", saved_step=0)

    job = records.get(_id(1))
    assert (claim.fence, claim.stalled, claim.state) == (1, 1, JobState.STARTING)
    assert (job.state, job.attempts, job.position) == (JobState.STARTING, 1, None)


def test_whoever_is_fenced_out_writes_nothing(records, leases):
    """Neither progress nor an end, and is told so."""
    records.add([_new(1)])
    old = leases.claim(_id(1), "a", saved_step=0)
    leases.claim(_id(1), "b", saved_step=0)

    leases.running(old, steps=9)
    leases.progress(old, 2)
    leases.end(old, JobState.FAILED, {"type": "x"})

    job = records.get(_id(1))
    assert (job.state, job.step, job.steps, job.problem) == (JobState.STARTING, 0, 3, None)
    with pytest.raises(FencedOutError):
        leases.look(old)
    with pytest.raises(FencedOutError):
        leases.again(old, saved_step=0)


def test_of_many_claims_at_once_the_newest_fence_holds(records, leases):
    """Every claim that is answered has a fence of its own, and one of them can write."""
    records.add([_new(1)])
    claims = []
    threads = [
        threading.Thread(target=lambda name=name: claims.append(leases.claim(_id(1), name, saved_step=0)))
        for name in "abcdef"
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    made = [claim for claim in claims if claim is not None]
    for claim in made:
        leases.progress(claim, claim.fence)

    assert len({claim.fence for claim in made}) == len(made)
    assert records.get(_id(1)).step == max(claim.fence for claim in made)


def test_attempts_count_as_stalled_until_there_is_a_newer_checkpoint(records, leases):
    """And a worker that ends in good order takes its attempt back."""
    records.add([_new(1)])
    first = leases.claim(_id(1), "a", saved_step=0)
    second = leases.again(first, saved_step=0)
    third = leases.again(second, saved_step=10)
    leases.release(third)
    fourth = leases.claim(_id(1), "b", saved_step=10)

    assert [claim.stalled for claim in (first, second, third, fourth)] == [1, 2, 1, 1]
    assert records.get(_id(1)).attempts == 4


def test_a_job_that_is_to_stop_is_claimed_as_that(records, leases):
    """Its worker died before it had stopped: nobody trains it again."""
    records.add([_new(1)])
    leases.running(leases.claim(_id(1), "a", saved_step=0), steps=3)
    records.cancel(_id(1))

    claim = leases.claim(_id(1), "b", saved_step=0)

    assert claim.state is JobState.STOPPING
    assert records.get(_id(1)).attempts == 1


def test_a_job_that_is_over_is_nobodys(records, leases):
    """Nor is one that is not there."""
    records.add([_new(1)])
    records.cancel(_id(1))

    assert leases.claim(_id(1), "a", saved_step=0) is None
    assert leases.claim(_id(2), "a", saved_step=0) is None
    assert leases.waiting() == []


def test_the_line_is_in_order_and_resume_goes_to_its_end(records, leases):
    """With a workflow of its own for every round."""
    records.add([_new(1), _new(2)])
    records.cancel(_id(1))
    records.resume(_id(1))

    assert leases.waiting() == [Waiting(job_id=_id(2), round=0), Waiting(job_id=_id(1), round=1)]
    assert [records.get(_id(number)).position for number in (1, 2)] == [2, 1]


def test_a_worker_is_alive_while_it_says_so(leases, engine):
    """Not when it left, when it has long been silent, or when it speaks from the future (before the last boot)."""
    [leases.beat(name) for name in ("a", "left", "silent", "future")]
    leases.beat("a")
    leases.leave("left")
    with Session(engine) as session, session.begin():
        session.execute(update(WorkerRow).where(WorkerRow.id == "silent").values(beat=WorkerRow.beat - 60_000_000))
        session.execute(update(WorkerRow).where(WorkerRow.id == "future").values(beat=WorkerRow.beat + 60_000_000))

    assert leases.alive(30) == {"a"}


def test_jobs_are_added_together_or_not_at_all(records):
    """A key that is taken undoes the other half of a pair."""
    records.add([_new(1, idempotency_key="k")])

    with pytest.raises(KeyTakenError):
        records.add([_new(2), _new(3, idempotency_key="k")])

    assert [job.id for job in records.list(JobFilter())] == [_id(1)]
