"""A run that is interrupted and goes on ends where it would have ended, and never reads what is not its own."""

import hashlib
from pathlib import Path

import pytest
from transformers import TrainerCallback

from ospo_core.training.run_file import read_run
from ospo_core.training.run_folder import RunFolder
from ospo_core.training.stopping import StopWish
from ospo_core.training.training_run import Outcome, train_run
from tests.training.tiny_run import events_of, run_file, started, train, wait_for_steps

pytestmark = pytest.mark.slow


class StopAt(TrainerCallback):
    """Asks to stop in the step of this number, as a signal would."""

    def __init__(self, step: int, wish: StopWish) -> None:
        self.step, self.wish = step, wish

    def on_step_end(self, args, state, control, **_):
        self.wish.asked = state.global_step == self.step


def trained(folder: Path, settings: dict, stops: tuple[int, ...] = ()) -> RunFolder:
    """The folder of a run that was stopped in these steps and went on each time."""
    folder.mkdir()
    run, place = read_run(run_file(folder, **settings)), RunFolder(folder / "out")
    place.claim(run)
    for step in stops:
        wish = StopWish()
        assert train_run(run, place, wish, [StopAt(step, wish)]) is Outcome.STOPPED
    assert train_run(run, place, StopWish()) is Outcome.DONE
    return place


def weights(folder: Path) -> str:
    """Hash of the weights in a folder."""
    return hashlib.sha256(next(folder.glob("*model.safetensors")).read_bytes()).hexdigest()


@pytest.mark.parametrize("settings", [{"lora": None}, {"lora": {"rank": 2, "alpha": 4}, "beta": 0.05}])
def test_two_interruptions_change_no_bit(tmp_path, settings):
    """Final weights, rewards, samples and counts are those of the run that was never stopped."""
    whole = trained(tmp_path / "whole", settings)
    halted = trained(tmp_path / "halted", settings, stops=(1, 3))

    assert weights(halted.adapter) == weights(whole.adapter)
    assert said(halted, "step") == said(whole, "step")
    assert said(halted, "samples") == said(whole, "samples")
    assert [event["sequence"] for event in events_of(halted.path)] == list(range(len(events_of(halted.path))))
    assert {event["attempt"] for event in events_of(halted.path)} == {1, 2, 3}


CLOCKED = {"sequence", "attempt", "at", "seconds", "seconds_of"}


def said(folder: RunFolder, kind: str) -> list[dict]:
    """The events of a kind without what clocks and interruptions decide."""
    events = [event for event in events_of(folder.path) if event["kind"] == kind]
    return [{key: value for key, value in event.items() if key not in CLOCKED} for event in events]


def test_a_run_that_is_killed_goes_on_from_its_last_checkpoint_to_the_same_bits(tmp_path):
    """By kill -9 between checkpoints: the steps since the last one are trained again."""
    whole = trained(tmp_path / "whole", {})
    (tmp_path / "killed").mkdir()
    path, out = run_file(tmp_path / "killed"), tmp_path / "killed" / "out"
    process = started(path, out)
    wait_for_steps(out, 3)

    process.kill()
    process.wait()
    code = train(path, "--output", out)

    killed = RunFolder(out)
    assert code == 0
    assert weights(killed.adapter) == weights(whole.adapter)
    assert [event["sequence"] for event in events_of(out)] == list(range(len(events_of(out))))
    assert steps_that_count(out) == [1, 2, 3, 4, 5, 6]


def steps_that_count(out: Path) -> list[int]:
    """Of several lines for one step the last."""
    return sorted({event["step"]: event for event in events_of(out) if event["kind"] == "step"})


def test_nothing_is_pickled(tmp_path):
    """Everything that a run leaves is safetensors, JSON, YAML or a text of the tokenizer."""
    place = trained(tmp_path / "run", {"lora": {"rank": 2, "alpha": 4}})

    endings = {path.suffix for path in place.path.rglob("*") if path.is_file()}

    assert endings <= {".safetensors", ".json", ".jsonl", ".yaml", ".jinja", ".md", ""}
    assert len(list(place.checkpoints.iterdir())) == 2


def test_a_broken_checkpoint_is_set_aside_and_the_one_before_used(tmp_path):
    """The steps after it are trained again, to the same weights."""
    place = trained(tmp_path / "run", {})
    before = weights(place.adapter)
    newest = place.checkpoints / "step-000006" / "model.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])

    outcome = train_run(read_run(place.config), place, StopWish())

    assert outcome is Outcome.DONE
    assert weights(place.adapter) == before
    assert (place.checkpoints / "broken-step-000006").is_dir()
    assert [event["resumed_from"] for event in events_of(place.path) if event["kind"] == "started"] == [None, 4]
