"""A checkpoint is whole or it is not there: no damage of any kind is read as if it were none."""

import json

import pytest
from safetensors.torch import save_file
from torch import arange

from ospo_core.training import disk
from ospo_core.training.checkpoint import new_checkpoint, newest_whole
from ospo_core.training.disk import DiskRefused

RUN = "a" * 64


def saved(folder, step):
    with new_checkpoint(folder, step, RUN) as draft:
        save_file({"weights": arange(64.0) * step}, draft / "model.safetensors")
        (draft / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    return folder / f"step-{step:06d}"


def test_the_newest_two_are_kept(tmp_path):
    """In the order of their steps."""
    for step in (5, 10, 100, 15):
        saved(tmp_path, step)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000015", "step-000100"]
    assert newest_whole(tmp_path, RUN) == tmp_path / "step-000100"


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "model.safetensors").write_bytes(b""),
        lambda folder: (folder / "more.safetensors").write_bytes(b"x"),
        lambda folder: (folder / "optimizer.pt").write_bytes(b"x"),
        lambda folder: folder.rename(folder.with_name("step-000020")),
    ],
)
def test_a_damaged_checkpoint_is_set_aside_and_the_one_before_found(tmp_path, damage):
    """Missing, cut, added, renamed."""
    saved(tmp_path, 5)
    damage(saved(tmp_path, 10))

    assert newest_whole(tmp_path, RUN) == tmp_path / "step-000005"


def test_drafts_are_swept_away(tmp_path):
    """A crash in the middle of saving leaves nothing for long."""
    saved(tmp_path, 5)
    (tmp_path / ".draft-abc").mkdir()
    (tmp_path / ".draft-abc" / "model.safetensors").write_bytes(b"half")

    newest_whole(tmp_path, RUN)

    assert [path.name for path in tmp_path.iterdir()] == ["step-000005"]


def no_space(*_):
    raise OSError(28, "No space left on device")


def unsaved(folder):
    with new_checkpoint(folder, 10, RUN) as draft:
        (draft / "trainer_state.json").write_text("{}")
        no_space()


@pytest.mark.parametrize("save", [lambda folder, _: unsaved(folder), lambda folder, disk_fills: disk_fills(folder)])
def test_a_full_disk_leaves_the_older_checkpoint_and_no_trace(tmp_path, disk_that_fills, save):
    """Whether it is full while the files are written or when they are synced."""
    saved(tmp_path, 5)

    with pytest.raises(DiskRefused, match="No space left"):
        save(tmp_path, disk_that_fills)

    assert [path.name for path in tmp_path.iterdir()] == ["step-000005"]
    assert newest_whole(tmp_path, RUN) == tmp_path / "step-000005"


@pytest.fixture
def disk_that_fills(monkeypatch):
    """Saves step 10 while nothing can be synced."""

    def save(folder):
        with monkeypatch.context() as patched:
            patched.setattr(disk.os, "fsync", no_space)
            saved(folder, 10)

    return save
