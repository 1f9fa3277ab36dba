import json
import sys
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from ospo_core.bench.accuracy_workload import AccuracyWorkload
from ospo_core.bench.bench_report import BenchReport
from ospo_core.bench.binary_tree import halved
from ospo_core.bench.game_families import GameFamily
from ospo_core.bench.synthetic_games import sparse_game, unanimity_game
from ospo_core.tree import Tree

pytestmark = pytest.mark.slow  # SHAP and shapiq take seconds to import


def families(tree):
    """Two kinds of drawn games on a tree of six players."""
    return tuple(
        GameFamily(name=name, tree=tree, games=lambda draw=draw: (draw(6, seed) for seed in range(100)))
        for name, draw in (("unanimity", unanimity_game), ("sparse", sparse_game))
    )


WORKLOAD = AccuracyWorkload(
    families=lambda: families(Tree.from_nested(halved(range(6)))),
    flat_families=lambda: families(Tree.flat(6)),
    per_player=(4, 8),
    instances=2,
    flat_instances=1,
)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def report(told):
    return BenchReport.of([WORKLOAD], 2, lambda what, done, steps: told.append((what, done, steps)))


def test_a_row_for_every_family_contender_and_budget(report):
    """Each with its error, its interval and its counts, as JSON."""
    document = json.loads(json.dumps(report.as_json()))

    rows = {(row["family"], row["contender"], row["budget"]): row for row in document["rows"]}

    contenders = ("ospo", "permutation", "shap_partition")
    assert set(rows) == {(f, c, b) for f in ("unanimity", "sparse") for c in contenders for b in (24, 48)}
    assert all(row["workload"] == "accuracy" and row["instances"] == 2 for row in rows.values())
    assert all(row["evaluations"] <= row["budget"] and row["half_width"] >= 0 for row in rows.values())
    assert [rows["sparse", contender, 24]["seeds"] for contender in contenders] == [2, 2, 1]
    assert [rows["sparse", contender, 24]["coverage"] is None for contender in contenders] == [False, False, True]


def test_games_without_a_tree_are_a_second_list(report):
    """Ours and shapiq's KernelSHAP, family by family."""
    flat = report.as_json()["flat_games"]

    assert [(row["family"], row["contender"]) for row in flat] == [
        ("unanimity", "ospo"),
        ("unanimity", "kernel_shap_paired"),
        ("sparse", "ospo"),
        ("sparse", "kernel_shap_paired"),
    ]
    assert all(12 <= row["evaluations"] <= 64 and row["players"] == 6 for row in flat)


def test_the_verdicts_are_listed_and_printed(report):
    """With the budgets that were measured; bad cells in a table of their own."""
    found = report.as_json()["accuracy_verdicts"]

    assert [(verdict["promise"], verdict["at"]) for verdict in found] == [
        ("below shap_partition", "4n"),
        ("below shap_partition", "8n"),
        ("below permutation", "8n"),
        ("within noise of permutation", "4n"),
        ("covers 88% to 98%", "8n"),
        ("sooner than kernel_shap_paired, 6 players", "10% error"),
    ]
    *_, verdicts, bad = report.measured[0].sheets
    assert [line[-1] for line in verdicts.lines] == ["met" if verdict["met"] else "NOT met" for verdict in found]
    assert len(bad.lines) == sum(len(verdict["bad"]) for verdict in found)


def test_the_tables_show_error_with_its_interval(report):
    """As `error\u00b1half width`, and coverage with the number of bars."""
    errors, coverage, *_ = report.measured[0].sheets
    row = next(row for row in report.as_json()["rows"] if row["budget"] == 24)

    assert errors.columns == ("family", "contender", "4n", "8n")
    assert errors.lines[0][:3] == ("unanimity (2)", "ospo", f"{row['error']:.3f}\u00b1{row['half_width']:.3f}")
    assert coverage.lines[0][1] == f"{row['coverage']:.3f} ({row['intervals']})"
    assert coverage.lines[-1][0] == "all families"


def test_every_table_can_be_printed(report):
    """In a narrow terminal too."""
    console = Console(width=80, file=StringIO(), record=True)

    report.show(console)

    assert "accuracy: verdict" in console.export_text()


def test_progress_goes_up(report, told):
    """Twice to its end, on the tree and without one; steps are announced before they are done."""
    assert told[0] == ("accuracy: unanimity, every coalition of game 1 of 2", 0, 16)
    assert told[15] == ("accuracy: sparse, shap_partition at 8n", 15, 16)
    assert told[-1] == ("accuracy: sparse without a tree, kernel_shap_paired", 5, 6)


@pytest.mark.parametrize(("package", "missing"), [("shap", "shap_partition"), ("shapiq", "kernel_shap_paired")])
def test_a_missing_package_costs_only_its_own_contender(package, missing, monkeypatch):
    """It is one line; the others are measured, and promises about it are left out."""
    monkeypatch.setitem(sys.modules, package, None)

    short = replace(WORKLOAD, per_player=(4,), instances=1, families=lambda: WORKLOAD.families()[1:])

    report = BenchReport.of([short], 1, lambda what, done, steps: None)

    document = report.as_json()
    assert missing not in {row["contender"] for row in (*document["rows"], *document["flat_games"])}
    assert not any(missing in verdict["promise"] for verdict in document["accuracy_verdicts"])
    assert report.complaints() == [
        f"not measured: accuracy {missing}: package {package} is not installed; run: pip install 'ospo[bench]'"
    ]
