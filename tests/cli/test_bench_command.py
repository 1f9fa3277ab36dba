import json

import pytest
from click.testing import CliRunner

from ospo_core.bench.workload import Absent, Measured, Sheet
from ospo_core.cli.bench import bench_command
from ospo_core.cli.main import run

EXTRA = "package shap is not installed; run: pip install 'ospo[bench]'"


class Race:
    """A workload that measures nothing, and one library short."""

    def __init__(self, name):
        self.name = name

    def measure(self, repeat, tell):
        tell(f"{self.name}: running", 0, repeat)
        rows = [{"workload": self.name, "contender": "ospo", "repeats": repeat}]
        absent = [
            Absent(workload=self.name, contender=each, reason=EXTRA) for each in ("shap_default", "shap_batch_64")
        ]
        sheet = Sheet(
            title=f"{self.name} table", columns=("contender", "evals"), lines=(("ospo", "1,234"),), note="fair"
        )
        return Measured(rows=rows, more={"seconds_to_error": [{"limit": 0.25}]}, sheets=[sheet], absent=absent)


@pytest.fixture
def bench():
    """Run `ospo bench` over two such workloads."""
    command = bench_command([Race("hare"), Race("tortoise")])
    return lambda *arguments: CliRunner().invoke(command, list(arguments), standalone_mode=False)


def test_tables_with_the_machine(bench):
    """Every workload's table, and under them what they were measured on."""
    result = bench()

    assert result.exception is None
    assert "hare table" in result.stdout
    assert "tortoise table" in result.stdout
    assert "1,234" in result.stdout
    assert "cores" in result.stdout


def test_the_document(bench, tmp_path):
    """The machine, the rows of all workloads one after the other, and what they list besides."""
    path = tmp_path / "new" / "bench.json"

    bench("--repeat", "5", "--json", str(path))

    document = json.loads(path.read_text())
    assert {
        "processor",
        "cores",
        "threads",
        "memory_gib",
        "device",
        "system",
        "python",
        "torch",
        "load_average",
    } <= set(document["machine"])
    assert [(row["workload"], row["repeats"]) for row in document["rows"]] == [("hare", 5), ("tortoise", 5)]
    assert document["seconds_to_error"] == [{"limit": 0.25}, {"limit": 0.25}]
    assert document["absent"][0] == {"workload": "hare", "contender": "shap_default", "reason": EXTRA}


def test_json_on_standard_output_is_only_json(bench):
    """So that it can be piped."""
    assert json.loads(bench("--json", "-").stdout)["repeat"] == 3


def test_one_workload_of_two(bench):
    """The other is not run."""
    rows = json.loads(bench("--workload", "tortoise", "--json", "-").stdout)["rows"]

    assert [row["workload"] for row in rows] == ["tortoise"]


def test_a_missing_package_is_one_line(bench):
    """Which rows are not there, and what to install; the rest is printed and the exit code is 0."""
    result = bench("--workload", "hare")

    assert result.stderr.splitlines() == [f"ospo: not measured: hare shap_default, hare shap_batch_64: {EXTRA}"]
    assert "hare table" in result.stdout
    assert result.return_value == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--workload", "decoder"), "encoder"),
        (("--repeat", "0"), "--repeat"),
        (("--json", "."), "folder"),
        (("texts",), "texts"),
    ],
)
def test_bad_input_is_one_line(arguments, said, capsys):
    """Exit code 2, before anything is measured."""
    code = run(["bench", *arguments])

    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("ospo: error: ")
    assert said in err
