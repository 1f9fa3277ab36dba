"""`ospo bench`: how fast credit is found, beside other libraries, on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ospo_core.bench.bench_report import BenchReport
from ospo_core.bench.workload import Tell, Workload
from ospo_core.bench.workloads import WORKLOADS
from ospo_core.cli.outputs import STANDARD_OUTPUT, check_writable, write_json


def bench_command(workloads: Sequence[Workload]) -> click.Command:
    """The command over these workloads."""
    names = [workload.name for workload in workloads]

    @click.command()
    @click.option(
        "--workload", "asked", type=click.Choice(names), multiple=True, help="Only this one; may be repeated."
    )
    @click.option(
        "--repeat",
        type=click.IntRange(min=1),
        default=3,
        show_default=True,
        help="Runs of each contender; for accuracy, seeds.",
    )
    @click.option("--json", "json_path", metavar="FILE", help="Write the figures; - is standard output.")
    def bench(asked: tuple[str, ...], repeat: int, json_path: str | None) -> int:
        """Measure evaluations per second and error beside other libraries and bare loops; some minutes."""
        check_writable(json_path, None)
        wanted = [workload for workload in workloads if workload.name in asked or not asked]
        messages = Console(stderr=True)
        with _telling(messages) as tell:
            report = BenchReport.of(wanted, repeat, tell)
        report.show(Console(quiet=json_path == STANDARD_OUTPUT))
        if json_path:
            write_json(report.as_json(), json_path)
        for line in report.complaints():
            messages.print(f"ospo: {line}", markup=False, highlight=False, soft_wrap=True)
        return 0

    return bench


@contextmanager
def _telling(console: Console) -> Iterator[Tell]:
    """A line on `console` that says what runs now; none where it is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(complete_style="default"), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("starting", total=None)

        def tell(what: str, done: int, steps: int) -> None:
            progress.update(task, description=what, completed=done, total=steps)

        yield tell


bench = bench_command(WORKLOADS)
