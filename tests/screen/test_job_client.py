"""The client on the routes of training runs: every one that docs/training.md lists, every body it reads."""

import pytest

from frontend.client.backend_client import BackendClient, open_connection
from frontend.client.errors import Problem, Unavailable
from tests.screen.recorded_jobs import Player, playing
from tests.screen.test_client import answering


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    """A service whose jobs are played."""
    player = Player()
    with playing(player, tmp_path_factory.mktemp("played")) as api, open_connection(str(api.base_url)) as connection:
        player.client = BackendClient(connection)
        yield player


def test_it_speaks_every_route_of_training(player):
    """A tour: presets, preview, start, list, read, events, stop, resume, files, deletion."""
    client = player.client

    presets = client.training_presets()
    preview = client.preview_job({"preset": "paired", "steps": 10})
    started = client.start_job({"preset": "paired"}, label="mine", key="k")
    both = client.jobs(pair_id=started.pair_id)
    first, second = client.jobs(limit=1), client.jobs(limit=1, cursor=client.jobs(limit=1).next)
    player.find(started.id).play(20)
    page = client.job_steps(started.id, -1)
    rest = client.job_steps(started.id, page.next_after)
    streamed = list(client.watch_job(started.id))
    stopped = client.cancel_job(started.id)
    resumed = client.resume_job(started.id)
    checkpoints = client.checkpoints(started.id)
    files = [client.adapter(started.id), client.checkpoint(started.id, 20)]
    client.cancel_job(started.id)
    client.delete_job(started.id)

    assert [preset.name for preset in presets] == ["toy", "paired", "short"]
    assert preview.reward_calls == 8 * 32 * 10 + 8 * 10
    assert {job.rule for job in both.items} == {"blend", "uniform"}
    assert first.items[0].id != second.items[0].id
    assert [event.sequence for event in page.items] == list(range(len(page.items)))
    assert rest.items == ()
    assert len(streamed) == len(page.items)
    assert (stopped.state, resumed.state) == ("cancelled", "queued")
    assert [one.step for one in checkpoints] == [20, 10]
    assert [file.name.partition("-")[0] for file in files] == ["adapter", "checkpoint"]
    with pytest.raises(Problem, match="404"):
        client.job(started.id)


@pytest.mark.parametrize(
    "event",
    [
        "{}",
        '{"sequence": 0, "kind": "step", "step": 1, "attempt": 1}',
        '{"sequence": 0, "kind": "samples", "step": 1, "attempt": 1, "samples": [{"prompt": "p"}]}',
        '{"sequence": "x", "kind": "started", "step": 0, "attempt": 1}',
    ],
)
def test_what_is_no_event_is_unavailable(event):
    """Never a stack trace of a parser."""
    client = answering(200, f'{{"items": [{event}], "next_after": 0}}', "application/json")

    with pytest.raises(Unavailable):
        client.job_steps("x", -1)
