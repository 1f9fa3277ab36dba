"""A run file says everything or takes the default; what is wrong is one line."""

import pytest
import yaml

from ospo_core.errors import SettingsError
from ospo_core.training.presets import PRESETS
from ospo_core.training.run_file import halves, read_run, run_of
from tests.training.tiny_run import run_file


def test_the_defaults_are_those_of_the_documentation(tmp_path):
    """The block of docs/training.md, read as a run, is the run of an empty file but for its label."""
    page = (tmp_path.cwd() / "docs" / "training.md").read_text("utf-8")
    block = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])

    documented = run_of(block, folder=tmp_path, where="docs")

    assert documented.model_copy(update={"name": ""}) == run_of({}, folder=tmp_path, where="empty")


@pytest.mark.parametrize("preset", list(PRESETS))
def test_a_preset_fills_in_what_is_not_given(tmp_path, preset):
    """And reading what was filled in gives the same run."""
    run = run_of({"preset": preset, "steps": 3}, folder=tmp_path, where="test")
    (tmp_path / "config.yaml").write_text(run.as_yaml())

    assert run.steps == 3
    assert run.name == PRESETS[preset]["name"]
    assert read_run(tmp_path / "config.yaml") == run


def test_a_paired_run_is_two_that_differ_in_the_rule(tmp_path):
    """Same seed, data and steps."""
    run = run_of({"preset": "paired"}, folder=tmp_path, where="test")

    pair = halves(run)

    assert list(pair) == ["blend", "uniform"]
    assert pair["blend"].model_copy(update={"rule": "uniform"}) == pair["uniform"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"stepps": 3}, "unknown setting 'stepps'.*steps"),
        ({"steps": 0}, "steps"),
        ({"group_size": 1}, "group_size"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"temperature": 0}, "temperature"),
        ({"rule": "sharply"}, "rule"),
        ({"lora": {"rank": 0, "alpha": 1}}, "lora.rank"),
        ({"preset": "huge"}, "no preset is called 'huge'"),
        ({"reward": {"knd": "rubric"}}, "kind"),
        ({"reward": {"kind": "retreival"}}, "retrieval"),
        ({"watch": {"a b": {"kind": "rubric"}}}, "watch"),
        ({"watch": {"reward": {"kind": "rubric"}}}, "cannot be called 'reward'"),
        ({"data": "mine.jsonl"}, "reward is required"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path, settings, problem):
    """It names the setting."""
    with pytest.raises(SettingsError, match=problem) as raised:
        run_of(settings, folder=tmp_path, where="run.yaml")

    assert "\n" not in str(raised.value)


def test_relative_paths_start_at_the_file(tmp_path):
    """Data, a model's folder, and whatever a reward reads; also inside a sum."""
    (tmp_path / "policy").mkdir()
    parts = [{"reward": "retrieval", "catalogue": "shop.jsonl"}]
    path = run_file(tmp_path, data="mine.jsonl", model="policy", reward={"kind": "weighted", "parts": parts})

    run = read_run(path)

    assert run.data == str(tmp_path / "mine.jsonl")
    assert run.model == str(tmp_path / "policy")
    assert run.reward["parts"] == [{"reward": "retrieval", "catalogue": str(tmp_path / "shop.jsonl")}]


def test_only_what_decides_the_weights_makes_another_run(tmp_path):
    """More steps or looks are the same run; another seed is not."""
    run = run_of({}, folder=tmp_path, where="test")

    assert run.model_copy(update={"steps": 99, "sample_every": 1, "name": "x"}).sha256 == run.sha256
    assert run.model_copy(update={"seed": 1}).sha256 != run.sha256
