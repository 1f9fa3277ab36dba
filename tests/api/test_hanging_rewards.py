"""A reward that hangs, exits or comes too late costs its own run and nothing else."""

import threading

import pytest

from backend.rewards.patience import MOST_LEFT_BEHIND, Patience
from backend.rewards.policy import Allowed
from backend.rewards.shelf import Shelf
from tests.api.conftest import body, until

WAIT = {"Prefer": "wait"}
TIMEOUT = "urn:ospo:problem:reward-timeout"


def _run(client, reward=None, **other):
    return client.post("/v1/attributions", json=body(reward, **other), headers=WAIT).json()


def _left_behind(client):
    return client.get("/v1/status").json()["rewards_left_behind"]


def test_a_call_that_does_not_return_ends_its_run_and_gives_the_slot_back(serve, gate):
    """The problem says which reward, how many texts, how long and what to do, and no text; the next run succeeds."""
    client = serve(slots=1, reward_seconds=1.5)

    hung = _run(client, gate.reward())
    good = _run(client)

    assert (hung["state"], hung["result"], good["state"]) == ("failed", None, "succeeded")
    assert (hung["problem"]["type"], hung["problem"]["status"]) == (TIMEOUT, 503)
    assert hung["problem"]["detail"] == (
        "reward 'gate' did not return within 1.5 s from a call with 20 responses of 0 to 20 characters, with 0 others "
        "scored before; score such texts alone to see why, or have OSPO_REWARD_SECONDS raised if it needs so long"
    )


def test_what_is_left_behind_is_counted_until_it_returns(serve, gate):
    """In the status and in the metrics; the late answer changes nothing of the run."""
    client = serve(reward_seconds=1.5)
    hung = _run(client, gate.reward())
    status, metrics = client.get("/v1/status").json(), client.get("/metrics").text

    gate.open()
    until(lambda: _left_behind(client) == 0)

    assert status["rewards_left_behind"] == 1
    assert "ospo_rewards_left_behind 1.0" in metrics
    assert client.get(f"/v1/attributions/{hung['id']}").json() == hung


def test_a_reward_that_hung_is_built_anew(serve, gate):
    """What hangs may hold a lock of its own: the next run does not get the same object."""
    client = serve(reward_seconds=1.5)
    _run(client, gate.reward())
    loaded = client.get("/v1/status").json()["rewards_loaded"]

    gate.open()
    again = _run(client, gate.reward())

    assert loaded == []
    assert again["state"] == "succeeded"


def test_with_every_slot_hung_the_service_answers_and_good_runs_complete(serve, gate):
    """Those that wait in line get the slots once the calls are overdue."""
    client = serve(slots=2, reward_seconds=4.0)  # long enough to be seen at work
    hung = [client.post("/v1/attributions", json=body(gate.reward(), prompt=name)).json()["id"] for name in "ab"]
    until(lambda: client.get("/v1/status").json()["queue"]["working"] == 2)

    alive = client.get("/livez").status_code
    good = [_run(client, response=f"Give her {mg} mg.")["state"] for mg in (120, 240)]
    until(lambda: client.get("/v1/status").json()["queue"]["working"] == 0)  # one slot was enough for both
    ended = [client.get(f"/v1/attributions/{run}").json()["problem"]["type"] for run in hung]

    assert (alive, good, ended) == (200, ["succeeded"] * 2, [TIMEOUT] * 2)


def test_too_many_left_behind_make_the_service_unready(serve, gate):
    """It says so, goes on with what it can do, and is ready again when they have returned."""
    client = serve(slots=MOST_LEFT_BEHIND, reward_seconds=1.5)
    for number in range(MOST_LEFT_BEHIND):
        client.post("/v1/attributions", json=body(gate.reward(), prompt=f"{number}?"))
    until(lambda: _left_behind(client) == MOST_LEFT_BEHIND)

    unready = client.get("/readyz")
    good = _run(client)
    gate.open()
    until(lambda: client.get("/readyz").status_code == 200)

    assert (unready.status_code, unready.json()["checks"]["rewards_return"]) == (503, False)
    assert good["state"] == "succeeded"


@pytest.mark.parametrize("by", ["exit", "interrupt"])
def test_a_reward_that_exits_fails_its_run_alone(serve, by):
    """The program goes on, and the response at fault is named."""
    client = serve(slots=1)
    exiting = {"kind": "exiting", "settings": {"by": by}}

    exited = _run(client, exiting, response="One dose.")
    good = _run(client, exiting, response="One pill.")

    assert (exited["state"], exited["problem"]["type"]) == ("failed", "urn:ospo:problem:reward")
    assert "on response 2 (5 characters)" in exited["problem"]["detail"]
    assert good["state"] == "succeeded"


def test_a_counterfactual_that_hangs_is_answered(serve, gate):
    """With the same problem, while its client waits."""
    client = serve(reward_seconds=1.5)
    gate.open()
    run = _run(client, gate.reward())
    (gate.folder / "open").unlink()

    edits = {"edits": [{"start": 5, "end": 8, "replacement": "him"}]}
    answer = client.post(f"/v1/attributions/{run['id']}/counterfactuals", json=edits)

    assert (answer.status_code, answer.json()["type"]) == (503, TIMEOUT)


@pytest.mark.slow
def test_to_wait_for_a_model_that_others_use_is_not_to_hang(serve):
    """Each call takes several times as long as it may be silent, half of it waiting for its turn."""
    client = serve(slots=2, reward_seconds=1.0)
    crowded = {"kind": "crowded", "settings": {}}
    runs = [client.post("/v1/attributions", json=body(crowded, prompt=name)).headers["Location"] for name in "ab"]

    until(lambda: client.get("/v1/status").json()["queue"]["working"] == 0, seconds=60)

    assert [client.get(run).json()["state"] for run in runs] == ["succeeded"] * 2


@pytest.fixture
def allowed(tmp_path):
    """A reward that nobody builds."""
    return Allowed(kind="x", settings={}, folder=tmp_path)


def test_without_a_limit_work_is_done_in_its_slot(allowed):
    """No thread is started that could be left behind."""
    patience = Patience(0.0, Shelf())

    thread = patience.carry_out(allowed, lambda calls: threading.get_ident())

    assert thread == threading.get_ident()


def test_threads_are_kept_for_the_next_work_and_let_go_at_the_end(allowed):
    """One after another needs one thread, also where work raises."""
    patience, threads = Patience(60.0, Shelf()), []

    patience.carry_out(allowed, lambda calls: threads.append(threading.current_thread()))
    with pytest.raises(ZeroDivisionError):
        patience.carry_out(allowed, lambda calls: 1 / 0)
    patience.carry_out(allowed, lambda calls: threads.append(threading.current_thread()))
    patience.close()
    threads[0].join(20)

    assert threads[0] is threads[1]
    assert threads[0] is not threading.current_thread()
    assert not threads[0].is_alive()
