"""`ospo train` from the outside: exit codes, what lies in the folder, and what a signal does."""

import signal

import pytest

from tests.training.tiny_run import events_of, run_file, started, train, wait_for_steps

STEP_FIELDS = {
    "reward", "watched", "fluency", "repetition", "zero_spread_share", "kl", "entropy", "clip_ratio", "length",
    "truncated_share", "loss", "learning_rate", "credit", "seconds_of", "tokens", "reward_calls",
}  # fmt: skip
EVERY_LINE = {"sequence", "kind", "step", "attempt", "at", "seconds"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "give a run file or --preset"),
        (["no-such.yaml"], "no-such.yaml: cannot be read"),
        (["--preset", "huge"], "huge"),
        (["--preset", "toy", "--heartbeat", "beat"], "belong together"),
        (["run.yaml", "--preset", "toy"], "not both"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path, capsys, monkeypatch, arguments, problem):
    """Nothing is made in the folder."""
    monkeypatch.chdir(tmp_path)

    code = train(*arguments, "--output", "out")

    assert code == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("ACCELERATE_USE_FSDP", "FSDP"),
        ("ACCELERATE_USE_DEEPSPEED", "DeepSpeed"),
        ("ACCELERATE_USE_MEGATRON_LM", "Megatron-LM"),
    ],
)
def test_sharded_weights_are_refused(tmp_path, capsys, monkeypatch, variable, name):
    """One line that says what to do, before anything is loaded or made: its checkpoints would not be whole."""
    monkeypatch.setenv(variable, "true")

    code = train("--preset", "toy", "--output", str(tmp_path / "out"))

    assert code == 2
    assert f"{name} ({variable}) shards it; launch it without" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_prompt_that_is_wrong_is_exit_code_2(tmp_path, capsys):
    """Found before a model is loaded."""
    (tmp_path / "mine.jsonl").write_text('{"prompt": "one"}\n{"prompt": 2}\n')
    path = run_file(tmp_path, data="mine.jsonl", reward={"kind": "similarity", "reference": "x"})

    assert train(path, "--output", tmp_path / "out") == 2
    assert "mine.jsonl, line 2" in capsys.readouterr().err


def test_a_disk_that_refuses_is_exit_code_74(tmp_path, capsys):
    """Here a file stands where the run's folder should be."""
    (tmp_path / "out").write_text("")

    code = train("--preset", "toy", "--output", tmp_path / "out" / "run")

    assert code == 74
    assert "could not be written" in capsys.readouterr().err


@pytest.mark.slow
def test_a_paired_run_trains_both_halves_on_the_same_prompts(tmp_path):
    """Each in its own folder; the untrained policy is the same, and what credit costs is in one of them only."""
    path = run_file(tmp_path, preset="paired", model="toy", lora=None, data="toy", steps=1)

    code = train(path, "--output", tmp_path / "out")

    blend, uniform = (events_of(tmp_path / "out" / name) for name in ("blend", "uniform"))
    assert code == 0
    assert blend[1]["samples"] == uniform[1]["samples"]
    assert blend[2]["reward"] == uniform[2]["reward"]
    assert blend[2]["credit"]["evaluations"] > 0
    assert uniform[2]["credit"]["evaluations"] is None


@pytest.mark.slow
def test_a_reward_that_fails_ends_the_run_and_says_so(tmp_path, capsys):
    """The last event is `ended`, failed; its message holds none of the texts."""
    (tmp_path / "mine.jsonl").write_text('{"prompt": "wanted: secretive =>"}')
    path = run_file(tmp_path, data="mine.jsonl", reward={"kind": "citation"})

    code = train(path, "--output", tmp_path / "out")

    assert code != 0
    assert events_of(tmp_path / "out")[-1]["reason"] == "failed"
    assert "secretive" not in (events_of(tmp_path / "out")[-1]["message"] + capsys.readouterr().err)


@pytest.mark.slow
def test_the_toy_preset_trains_and_says_everything(tmp_path):
    """Three steps end to end: configuration, events as documented, a checkpoint and the adapter."""
    out = tmp_path / "out"

    code = train("--preset", "toy", "--max-steps", 3, "--output", out)

    events = events_of(out)
    steps = [event for event in events if event["kind"] == "step"]
    samples = [event for event in events if event["kind"] == "samples"]
    assert code == 0
    assert [event["kind"] for event in events] == [
        "started", "samples", "step", "step", "step", "samples", "checkpoint", "ended",
    ]  # fmt: skip
    assert all(set(event) == STEP_FIELDS | EVERY_LINE for event in steps)
    assert [set(one) for one in samples[0]["samples"]] == 2 * [
        {"prompt", "pieces", "credit", "standard_error", "reward", "baseline", "tokens", "scored_by"}
    ]
    assert [one["scored_by"]["targets"][:2] for one in samples[0]["samples"]] == [["p003", "p014"], ["p003", "p044"]]
    assert samples[0]["samples"][0]["scored_by"]["k"] == 50
    assert steps[-1]["fluency"] < 0
    assert steps[-1]["reward_calls"] > 3 * 32
    assert events[-1]["reason"] == "done"
    assert (out / "checkpoints" / "step-000003" / "manifest.json").is_file()
    assert (out / "adapter" / "model.safetensors").is_file()


@pytest.mark.slow
def test_a_run_that_is_done_is_not_trained_again_and_more_steps_go_on(tmp_path):
    """The same call again adds nothing; a higher number of steps starts from the last one."""
    path, out = run_file(tmp_path, steps=2), tmp_path / "out"
    train(path, "--output", out)
    done = events_of(out)

    again = train("--output", out)
    unchanged = events_of(out)
    more = train(path, "--max-steps", 3, "--output", out)

    assert (again, more) == (0, 0)
    assert unchanged == done
    assert [event["step"] for event in events_of(out) if event["kind"] == "step"] == [1, 2, 3]


@pytest.mark.slow
def test_a_folder_of_another_run_is_refused(tmp_path, capsys):
    """The difference is named, and what is there stays."""
    out = tmp_path / "out"
    train(run_file(tmp_path, steps=1), "--output", out)
    before = events_of(out)

    code = train(run_file(tmp_path, steps=1, seed=5), "--output", out)

    assert code == 2
    assert "seed" in capsys.readouterr().err
    assert events_of(out) == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_stops_at_the_end_of_the_step(tmp_path, number):
    """Exit code 75, a checkpoint of that step, and the next start goes on there."""
    path, out = run_file(tmp_path, steps=2000, save_every=1000), tmp_path / "out"
    process = started(path, out)
    wait_for_steps(out, 2)

    process.send_signal(number)
    code = process.wait(timeout=120)

    events = events_of(out)
    last = [event["step"] for event in events if event["kind"] == "step"][-1]
    assert code == 75
    assert events[-1]["kind"] == "ended"
    assert events[-1]["reason"] == "stopped"
    assert (out / "checkpoints" / f"step-{last:06d}" / "manifest.json").is_file()
    assert train("--max-steps", last + 1, "--output", out) == 0
    assert [event["resumed_from"] for event in events_of(out) if event["kind"] == "started"] == [None, last]


@pytest.mark.slow
def test_a_second_process_is_kept_out(tmp_path, capsys):
    """While one trains in the folder, another is refused."""
    path, out = run_file(tmp_path, steps=2000), tmp_path / "out"
    process = started(path, out)
    wait_for_steps(out, 1)

    code = train(path, "--output", out)
    process.kill()
    process.wait()

    assert code == 2
    assert "another process trains into this output folder" in capsys.readouterr().err


@pytest.mark.slow
def test_smollm2_trains_on_the_product_search(tmp_path):
    """Two real steps: the unseen reward, fluency under the untrained model and the credit are all there."""
    path = tmp_path / "run.yaml"
    path.write_text("{rule: blend, steps: 2, group_size: 4, max_new_tokens: 12, samples: 1, sample_every: 2}")

    code = train(path, "--output", tmp_path / "out")

    steps = [event for event in events_of(tmp_path / "out") if event["kind"] == "step"]
    assert code == 0
    assert [set(step["watched"]) for step in steps] == [{"unseen"}, {"unseen"}]
    assert steps[0]["fluency"] is None
    assert -10 < steps[1]["fluency"] < 0
    assert all(step["credit"]["failed"] == 0 for step in steps)
    assert all(step["credit"]["evaluations_distinct"] > 0 for step in steps)
    assert all(0 < step["seconds_of"]["credit"] < step["seconds_of"]["update"] for step in steps)
    assert (tmp_path / "out" / "adapter" / "adapter_model.safetensors").is_file()
