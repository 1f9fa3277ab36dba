"""Row 16: a checkpoint that was damaged, swapped or put there by another is never loaded."""

import random
import shutil

import pytest

from ospo_core.training.checkpoint import BrokenCheckpoint, check, newest_whole
from tests.training.test_checkpoint import RUN, saved


@pytest.mark.parametrize("seed", range(200))
def test_no_flipped_bit_goes_unseen(tmp_path, seed):
    """Wherever it is, the manifest included."""
    folder = saved(tmp_path, 10)
    dice = random.Random(seed)
    victim = dice.choice(sorted(folder.iterdir()))
    content = bytearray(victim.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    victim.write_bytes(content)

    found = newest_whole(tmp_path, RUN)

    assert found is None
    assert (tmp_path / "broken-step-000010").is_dir()


def test_a_symlink_is_no_file_of_a_checkpoint(tmp_path):
    """It might point anywhere, and change later."""
    folder = saved(tmp_path, 5)
    (folder / "model.safetensors").rename(tmp_path / "elsewhere.safetensors")
    (folder / "model.safetensors").symlink_to(tmp_path / "elsewhere.safetensors")

    with pytest.raises(BrokenCheckpoint, match="no safetensors"):
        check(folder, RUN)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    """Whole or not."""
    with pytest.raises(BrokenCheckpoint, match="another run"):
        check(saved(tmp_path, 5), "b" * 64)


def test_a_checkpoint_renamed_to_a_later_step_is_set_aside(tmp_path):
    """It would be taken for the newest."""
    folder = saved(tmp_path, 5)
    shutil.copytree(folder, tmp_path / "step-000099")

    assert newest_whole(tmp_path, RUN) == folder
    assert (tmp_path / "broken-step-000099").is_dir()


def test_weights_swapped_between_two_checkpoints_are_noticed(tmp_path):
    """Each file is whole, and belongs to the other."""
    first, second = saved(tmp_path, 5), saved(tmp_path, 10)
    shutil.copy(first / "model.safetensors", second / "model.safetensors")

    assert newest_whole(tmp_path, RUN) == first
