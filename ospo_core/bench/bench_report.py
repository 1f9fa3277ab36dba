"""Workloads measured one after the other, as a JSON document and as tables in a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ospo_core.bench.machine import described, machine
from ospo_core.bench.workload import Absent, Measured, Sheet, Tell, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchReport:
    """What all workloads of one run found, and the machine, asked before the work began."""

    machine: dict[str, Any]
    repeat: int
    measured: tuple[Measured, ...]

    @classmethod
    def of(cls, workloads: Sequence[Workload], repeat: int, tell: Tell) -> BenchReport:
        """Measure them. Raises: OspoError: a model is not installed."""
        facts = machine()
        return cls(
            machine=facts,
            repeat=repeat,
            measured=tuple(workload.measure(repeat, tell) for workload in workloads),
        )

    @property
    def absent(self) -> tuple[Absent, ...]:
        """Contenders that could not be measured."""
        return tuple(absent for measured in self.measured for absent in measured.absent)

    def complaints(self) -> list[str]:
        """One line per reason for which contenders are absent."""
        names: defaultdict[str, list[str]] = defaultdict(list)
        for absent in self.absent:
            names[absent.reason].append(f"{absent.workload} {absent.contender}")
        return [f"not measured: {', '.join(contenders)}: {reason}" for reason, contenders in names.items()]

    def as_json(self) -> dict[str, Any]:
        """`machine`, `rows`, what a workload lists besides, and who is absent."""
        more: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for measured in self.measured:
            for name, objects in measured.more.items():
                more[name].extend(objects)
        return {
            "version": version("ospo"),
            "machine": self.machine,
            "repeat": self.repeat,
            "rows": [row for measured in self.measured for row in measured.rows],
            **more,
            "absent": [asdict(absent) for absent in self.absent],
        }

    def show(self, console: Console) -> None:
        """Print the tables, and the machine under them."""
        for measured in self.measured:
            for sheet in measured.sheets:
                _show(sheet, console)
        console.print(Text(described(self.machine), style="dim"))


def _show(sheet: Sheet, console: Console) -> None:
    console.print(Text(sheet.title, style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(sheet.columns[0], no_wrap=True)
    for column in sheet.columns[1:]:
        # A narrow terminal may shorten names, never numbers.
        table.add_column(column, justify="right", no_wrap=True, min_width=sheet.width(column))
    for line in sheet.lines:
        table.add_row(*map(Text, line))
    console.print(table)
    if sheet.note:
        console.print(Text(sheet.note, style="dim"))
    console.print()
