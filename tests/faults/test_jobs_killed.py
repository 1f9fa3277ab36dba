"""Training jobs while everything around them dies, hangs, or runs out of disk. Real processes throughout."""

import contextlib
import json
import signal
import sys
import time
from itertools import pairwise

import pytest

from backend.jobs.states import JobState
from ospo_core.training.run_file import run_of
from tests import postgres_server
from tests.faults.campaign import campaign
from tests.faults.job_team import SAVE_EVERY, Team, lives, overlap_seconds, redone_steps, until, weights_of, witnessed

pytestmark = pytest.mark.slow

KILLS = 20
MOST_RESUME_SECONDS = 60.0
"""A machine that runs other tests beside this one is slow; the figure of a quiet one is in docs/service.md."""


@pytest.fixture
def team(tmp_path):
    """A function from settings to a team; ended after the test."""
    teams = []

    def one(**settings):
        teams.append(Team(tmp_path, **settings))
        return teams[-1]

    yield one
    for made in teams:
        made.end()


def _in_state(team, job, *states, seconds=90):
    until(lambda: team.state(job) in states, seconds, team.log)


def _at_step(team, job, step):
    until(lambda: any(seen.step >= step for seen in witnessed(team.output(job))), 90, team.log)


def _weights(team, job):
    return json.loads((team.output(job) / "adapter" / "weights.json").read_text())


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_random_kills_lose_nothing_and_double_nothing(tmp_path, store):
    """Worker, trainer, service and database: every job ends as if nothing had happened, to the bit."""
    if store == "postgresql" and postgres_server.why_not():
        pytest.skip(postgres_server.why_not())

    with campaign(tmp_path, 20260108, postgres=store == "postgresql") as made:
        account = made.run(KILLS)

    print(account.lines())
    assert (account.lost, account.wrong_weights, account.overlap) == (0, 0, 0.0)
    assert max(account.redone, default=0) <= SAVE_EVERY
    assert max(account.resumed_seconds) < MOST_RESUME_SECONDS


@pytest.mark.skipif(postgres_server.why_not() is not None, reason=str(postgres_server.why_not()))
def test_a_worker_that_starts_while_the_database_is_away_waits_for_it(team):
    """Everything may be started in any order, and the database restarted at any time."""
    with contextlib.closing(postgres_server.Server(durable=True)) as server:
        made = team(url=f"postgresql://ospo@/postgres?host={server.folder}")
        job = made.add(steps=3)

        server.kill()
        worker = made.start_worker()
        until(lambda: "takes no connection" in made.log(), 60, made.log)
        server.start()
        _in_state(made, job, JobState.SUCCEEDED)

        assert worker.poll() is None
        made.end()


def test_a_run_whose_only_worker_was_killed_is_called_unattended(team):
    """And no longer once the next worker is there, which goes on with it."""
    made = team()
    job = made.add(steps=40)
    worker = made.start_worker()
    _at_step(made, job, 2)
    assert not made.records.get(job).unattended

    worker.kill()
    killed = time.monotonic()
    until(lambda: made.records.get(job).unattended, 60, made.log)
    seconds = time.monotonic() - killed
    made.start_worker()
    _in_state(made, job, JobState.SUCCEEDED)

    print(f"unattended {seconds:.1f} s after the kill")
    assert made.records.workers() == 1


def test_a_job_is_stopped_within_a_step_saved_and_resumed(team):
    """Cancelled at its own step, not at the last checkpoint; then it goes on from there."""
    made = team(trainer=("--step-seconds", 0.5))
    job = made.add(steps=12)
    made.start_worker()
    _at_step(made, job, 2)

    asked = time.monotonic()
    made.records.cancel(job)
    _in_state(made, job, JobState.CANCELLED)
    begun_later = [seen for seen in witnessed(made.output(job)) if seen.what == "begins" and seen.at > asked + 0.6]
    made.records.resume(job)
    _in_state(made, job, JobState.SUCCEEDED)

    assert len(begun_later) == 0
    assert redone_steps(made.output(job)) == [0]
    assert _weights(made, job) == weights_of(12)


def test_one_device_trains_one_job_and_the_rest_wait_in_line(team):
    """With two workers; the line is seen, and kept."""
    made = team()
    jobs = [made.add(steps=steps, seed=number) for number, steps in enumerate((80, 5, 5))]  # time to look at the line
    made.start_worker()
    made.start_worker()

    _at_step(made, jobs[0], 2)
    places = [made.records.get(job).position for job in jobs]
    for job in jobs:
        _in_state(made, job, JobState.SUCCEEDED)

    spans = [(life[0].at, life[-1].at) for job in jobs for life in lives(made.output(job))]
    assert places == [None, 1, 2]
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_the_jobs_of_a_worker_that_hangs_go_to_another_one(team):
    """Its trainer ends by itself before another begins; when it wakes it does no harm."""
    made = team(silence_seconds=2.0, takeover_seconds=4.0)
    job = made.add(steps=80)
    first = made.start_worker()
    _at_step(made, job, 3)
    made.start_worker()
    until(lambda: made.log().count("worker_started") == 2, 60, made.log)

    first.send_signal(signal.SIGSTOP)
    until(lambda: len(lives(made.output(job))) == 2, 60, made.log)
    first.send_signal(signal.SIGCONT)
    _in_state(made, job, JobState.SUCCEEDED)

    assert "job_fenced_out" in made.log()
    assert overlap_seconds(made.output(job)) == 0
    assert max(redone_steps(made.output(job))) <= SAVE_EVERY
    assert _weights(made, job) == weights_of(80)


def test_the_jobs_of_a_worker_that_is_gone_go_to_another_one(team):
    """Nobody starts it again."""
    made = team()
    job = made.add(steps=60)
    first = made.start_worker()
    _at_step(made, job, 3)
    made.start_worker()
    until(lambda: made.log().count("worker_started") == 2, 60, made.log)

    first.kill()
    first.wait()
    _in_state(made, job, JobState.SUCCEEDED)

    assert overlap_seconds(made.output(job)) == 0
    assert _weights(made, job) == weights_of(60)


def test_a_worker_that_is_asked_to_end_saves_and_lets_the_job_go(team):
    """It waits in line again, and the next worker loses no step."""
    made = team()
    job = made.add(steps=30)
    worker = made.start_worker()
    _at_step(made, job, 7)

    worker.terminate()
    code = worker.wait(60)
    waiting = made.state(job)
    made.start_worker()
    _in_state(made, job, JobState.SUCCEEDED)

    assert (code, waiting) == (0, JobState.QUEUED)
    assert redone_steps(made.output(job)) == [0]


def test_a_full_disk_fails_the_job_in_plain_words_and_room_lets_it_go_on(team):
    """The checkpoint before it is kept."""
    made = team(trainer=("--step-seconds", 0.05, "--most-bytes", 2500))
    job = made.add(steps=40)
    worker = made.start_worker()

    _in_state(made, job, JobState.FAILED)
    failed = made.records.get(job)
    worker.kill()
    worker.wait()
    roomy = team(trainer=("--step-seconds", 0.05))
    roomy.records.resume(job)
    roomy.start_worker()
    _in_state(roomy, job, JobState.SUCCEEDED)

    assert failed.problem["type"] == "urn:ospo:problem:disk-full"
    assert failed.attempts == 1
    assert _weights(roomy, job) == weights_of(40)


def test_a_corrupt_checkpoint_is_set_aside_for_the_one_before(team):
    """Cut short while nothing ran."""
    made = team(trainer=("--step-seconds", 0.05))
    job = made.add(steps=40)
    worker = made.start_worker()
    _at_step(made, job, 13)
    worker.kill()
    worker.wait()
    newest = sorted((made.output(job) / "checkpoints").glob("step-??????"))[-1]
    (newest / "state.json").write_text((newest / "state.json").read_text()[:20])

    made.start_worker()
    _in_state(made, job, JobState.SUCCEEDED)

    assert max(redone_steps(made.output(job))) <= 2 * SAVE_EVERY
    assert _weights(made, job) == weights_of(40)


@pytest.mark.parametrize(
    ("ending", "kind"), [(-signal.SIGKILL, "out-of-memory"), (3, "trainer-crashed"), (2, "bad-input")]
)
def test_a_trainer_that_dies_at_the_same_place_is_given_up(team, ending, kind):
    """After three attempts that saved nothing new; at once where the run itself is at fault."""
    made = team(trainer=("--step-seconds", 0.05, "--end-at", 7, "--end-with", int(ending)))
    job = made.add(steps=20)
    made.start_worker()

    _in_state(made, job, JobState.FAILED)

    found = made.records.get(job)
    assert found.problem["type"] == f"urn:ospo:problem:{kind}"
    assert found.attempts == {"bad-input": 1}.get(kind, 4)


def test_a_crash_after_a_new_checkpoint_is_the_first_one(team):
    """Two crashes that saved nothing, and one that had: the job goes on, since it came further."""
    made = team(trainer=("--step-seconds", 0.05, "--end-at", 2, 2, 7, -1, "--end-with", int(-signal.SIGKILL)))
    job = made.add(steps=20)
    made.start_worker()

    _in_state(made, job, JobState.SUCCEEDED, JobState.FAILED)

    found = made.records.get(job)
    assert (found.state, found.attempts) == (JobState.SUCCEEDED, 4)
    assert _weights(made, job) == weights_of(20)


def test_the_trainer_sees_no_secret_of_the_worker(team):
    """Its environment is a list of names."""
    made = team(environment={"OSPO_TOKEN": "0123456789abcdef0123456789abcdefXYZ", "AWS_SECRET_ACCESS_KEY": "s3cr3t"})
    job = made.add(steps=30)
    made.start_worker()
    _at_step(made, job, 2)

    with open(f"/proc/{made.trainer_of(job)}/environ", "rb") as file:
        environment = file.read().decode()

    assert "OSPO_" not in environment
    assert "s3cr3t" not in environment


def test_the_real_trainer_goes_on_after_its_worker_was_killed(team):
    """The toy run, killed after a checkpoint: resumed from it, and trained to its end."""
    command = [sys.executable, "-m", "ospo_core.training"]
    made = team(environment={"OSPO_TRAINER": json.dumps(command)})
    run = run_of({"preset": "toy", "steps": 40, "save_every": 2}, folder=made.folder, where="run")
    job = made.add(**run.model_dump(mode="json"))
    worker = made.start_worker()
    until(lambda: made.records.get(job).step >= 3, 180, made.log)

    worker.kill()
    worker.wait()
    made.start_worker()
    _in_state(made, job, JobState.SUCCEEDED, seconds=180)

    events = [json.loads(line) for line in (made.output(job) / "events.jsonl").read_text().splitlines()]
    resumed = [event["resumed_from"] for event in events if event["kind"] == "started"]
    assert resumed[0] is None
    assert resumed[1] in range(2, 40, 2)
    assert [event["sequence"] for event in events] == list(range(len(events)))
    assert (made.output(job) / "adapter").is_dir()
