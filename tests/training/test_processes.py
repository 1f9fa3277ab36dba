"""A group that is split over two processes is still one group."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    """What each of the two processes had at the end."""
    folder = tmp_path_factory.mktemp("ranks")
    # accelerate starts processes on one machine's CPUs through the launcher for several devices.
    launch = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
    plain = ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    script = ["-m", "tests.training.two_processes", str(folder)]
    changes = {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *launch, *plain, *script],
        cwd=ROOT,
        env=os.environ | changes,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads((folder / f"rank-{rank}.json").read_text()) for rank in range(2)]


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["blend", "signed"])
def test_two_processes_end_with_the_same_weights(ranks, rule):
    """Under `accelerate launch`, unchanged; token advantages still sum to T A where the rule says so."""
    first, second = (rank[rule] for rank in ranks)

    assert (first["processes"], second["processes"]) == (2, 2)
    assert first["moved"] > 1e-4
    assert first["weights"] == second["weights"]
    assert max(first["conservation_error"], second["conservation_error"]) < 2e-6
    assert first["failed"] == 0


@pytest.mark.slow
def test_gathered_credit_is_the_whole(ranks):
    """Completions of any length, on any process, measured or not."""
    assert [rank["gathered_as_whole"] for rank in ranks] == [True, True]
