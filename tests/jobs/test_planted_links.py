"""Row 4 in the data folder: a link planted in a job's folder is followed by no route and by no worker."""

import os
import sys

import pytest

from backend.jobs.folder import JobFolder
from backend.jobs.trainer import Trainer
from backend.unlinked import holds_link, unlinked
from tests.api.conftest import until
from tests.api.test_step import compared
from tests.jobs.conftest import OVER, checkpoint, event

CANARY = "canary-4711"
ROUTES = ("", "/steps", "/events", "/checkpoints", "/checkpoints/2", "/adapter")
PLANTED = (
    "output",
    "output/events.jsonl",
    "output/config.yaml",
    "output/checkpoints",
    "output/checkpoints/step-000002",
    "output/checkpoints/step-000002/manifest.json",
    "output/checkpoints/step-000002/model.safetensors",
    "output/adapter",
    "output/adapter/adapter_config.json",
)


def start(folder):
    """What a worker does with a folder, up to a trainer that runs."""
    folder.make({"preset": "toy"}, "{}\n")
    return Trainer(("true",), folder, folder.heartbeat(1), 60.0)


def opened(root, path, mode="rb"):
    """A file below `root`, closed again."""
    with open(root / path, mode, opener=unlinked(root)):
        pass


def write_run(output):
    """What a run writes, with the canary in every file."""
    output.mkdir(parents=True, exist_ok=True)
    (output / "events.jsonl").write_text(event(0, "started", machine=CANARY))
    (output / "config.yaml").write_text(f"name: {CANARY}\n")
    checkpoint(output, 2, CANARY.encode())
    (output / "adapter").mkdir()
    (output / "adapter" / "adapter_config.json").write_text(CANARY)


@pytest.fixture
def address(create, put):
    """A job that is over, as it is found in the service."""
    job = create()["id"]
    put(job, **OVER)
    return f"/v1/jobs/{job}"


@pytest.fixture
def folder(address, tmp_path):
    """The folder of that job."""
    return tmp_path / "data" / "jobs" / address.rsplit("/", 1)[1]


@pytest.fixture
def outside(tmp_path):
    """A run that is none of the service's."""
    write_run(tmp_path / "outside" / "output")
    return tmp_path / "outside"


def test_without_links_every_route_would_show_it(client, address, folder):
    """What the next test is about can be seen."""
    write_run(folder / "output")

    answers = [client.get(f"{address}{route}") for route in ROUTES]

    assert [CANARY.encode() in answer.content for answer in answers] == [True, True, True, False, True, True]
    assert answers[3].json()["items"] == [{"step": 2, "bytes": len(CANARY)}]


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_link_is_served_by_no_route(client, address, folder, outside, planted):
    """Neither a file nor a folder on the way to it; what else is in the folder is not there in this run."""
    place = folder / planted
    place.parent.mkdir(parents=True)
    place.symlink_to(outside / planted)

    answers = [client.get(f"{address}{route}") for route in ROUTES]
    listed = client.get("/v1/jobs")

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert [CANARY.encode() in answer.content for answer in (*answers, listed)] == [False] * 7
    assert answers[3].json()["items"] == []


@pytest.mark.parametrize("planted", ["output/adapter", "output/adapter/adapter_config.json"])
def test_what_is_linked_is_not_loaded_for_a_step(client, address, folder, outside, planted):
    """The libraries that load it take a path."""
    place = folder / planted
    place.parent.mkdir(parents=True)
    place.symlink_to(outside / planted)

    answer = client.post(f"{compared(client, 'signed')}/step", json={"rule": "signed", "job": folder.name})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:ospo:problem:linked")


def test_a_job_with_links_is_deleted_without_what_they_point_to(client, address, folder, outside):
    """The lock too may be a link."""
    (folder / "output").mkdir(parents=True)
    (folder / "output" / "lock").symlink_to(outside / "output" / "config.yaml")
    (folder / "output" / "checkpoints").symlink_to(outside / "output" / "checkpoints")

    answer = client.delete(address)

    assert (answer.status_code, folder.exists()) == (204, False)
    assert (outside / "output" / "config.yaml").read_text() == f"name: {CANARY}\n"
    assert (outside / "output" / "checkpoints" / "step-000002" / "manifest.json").exists()


@pytest.mark.parametrize("name", ["run.yaml", "rows.jsonl", "trainer.log", "heartbeat-1"])
def test_a_worker_writes_through_no_link(tmp_path, name):
    """The attempt fails before the trainer starts, and the file outside stays as it was."""
    target = tmp_path / "target"
    target.write_text(CANARY)
    folder = JobFolder(tmp_path, "job")
    folder.output.mkdir(parents=True)
    (folder.path / name).symlink_to(target)

    with pytest.raises(FileNotFoundError, match="a link, or no regular file, is not opened"):
        start(folder)

    assert target.read_text() == CANARY


def test_a_trainers_last_words_come_by_no_link(tmp_path):
    """The trainer itself could plant it: they stand in the problem of its job."""
    target = tmp_path / "target"
    target.write_text(CANARY)
    folder = JobFolder(tmp_path, "job")
    folder.output.mkdir(parents=True)
    replaced = f"import os; os.remove({str(folder.log)!r}); os.symlink({str(target)!r}, {str(folder.log)!r})"
    trainer = Trainer((sys.executable, "-c", replaced), folder, folder.heartbeat(1), 60.0)
    until(lambda: trainer.code() is not None)

    words = trainer.last_words()

    assert (folder.log.is_symlink(), words) == (True, "")


@pytest.mark.parametrize("mode", ["rb", "a"])
def test_a_pipe_is_not_waited_for(tmp_path, mode):
    """Nobody is at its other end, and to open it would take for ever."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(FileNotFoundError, match="no regular file"):
        opened(tmp_path, "pipe", mode)


@pytest.mark.parametrize("path", ["../secret", "a/../../secret", ".."])
def test_no_path_leads_above_the_root(tmp_path, path):
    """Whatever stands in it."""
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "secret").write_text(CANARY)

    with pytest.raises(FileNotFoundError):
        opened(tmp_path / "root", path)


def test_the_root_itself_may_be_a_link(tmp_path):
    """Whoever runs the service may keep its data elsewhere."""
    (tmp_path / "elsewhere" / "a").mkdir(parents=True)
    (tmp_path / "root").symlink_to(tmp_path / "elsewhere")

    with open(tmp_path / "root" / "a" / "file", "w", opener=unlinked(tmp_path / "root")) as file:
        file.write("kept")

    assert (tmp_path / "elsewhere" / "a" / "file").read_text() == "kept"
    assert not holds_link(tmp_path / "root", tmp_path / "root" / "a")
