"""The tables of a file of runs: equal steps, equal CPU seconds, and what the texts became.

    python -m tests.benchmarks.training.summary FILE [FILE ...]

At equal CPU seconds a method gets the seconds that GRPO took for the horizon's steps. A method's steps are turned into
seconds at its median over seeds, so that a busy moment of a shared machine counts for little; its curve is read
between two evaluations on a straight line. Differences to GRPO are paired by seed; standard errors are over seeds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.training.methods import METHODS
from tests.benchmarks.training.run import LONG, SHORT

Cell = dict[str, Any]
BASE = "GRPO"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One method on one reward at one horizon.

    Attributes:
        reward, error: mean over seeds and its standard error, at equal steps.
        gain, gain_error: mean paired difference to GRPO and its standard error, at equal steps.
        gain_at_cpu, gain_at_cpu_error: the same at equal CPU seconds.
        steps_at_cpu: how many steps the method had by then.
        entropy, length: at equal steps.
        seeds: how many.
    """

    world: str
    shape: str
    method: str
    horizon: int
    reward: float
    error: float
    gain: float
    gain_error: float
    gain_at_cpu: float
    gain_at_cpu_error: float
    steps_at_cpu: float
    entropy: float
    length: float
    seeds: int

    @property
    def errors_ahead(self) -> float:
        """The gain at equal CPU seconds in standard errors; 0 for GRPO itself."""
        return self.gain_at_cpu / self.gain_at_cpu_error if self.gain_at_cpu_error else 0.0


class Results:
    """Runs of one or several files by reward, method and seed, at the methods' own learning rates; longer ones win."""

    def __init__(self, cells: list[Cell]) -> None:
        own = {method.name: method.learning_rate for method in METHODS}
        self.cells = sorted(cells, key=lambda cell: cell["steps"])
        self._cells = {
            (cell["world"], cell["shape"], cell["method"], cell["seed"]): cell
            for cell in self.cells
            if cell["learning_rate"] == own[cell["method"]]
        }

    @classmethod
    def read(cls, paths: list[Path]) -> Results:
        """All runs of the files."""
        return cls([cell for path in paths for cell in json.loads(path.read_text("utf-8"))["cells"]])

    @property
    def rewards(self) -> list[tuple[str, str]]:
        """(world, shape) in the order of the files."""
        return list(dict.fromkeys(key[:2] for key in self._cells))

    def seeds(self, world: str, shape: str, method: str, horizon: int) -> list[int]:
        """Those for which this method and GRPO were both trained so long."""
        found = [
            {
                key[3]
                for key, cell in self._cells.items()
                if key[:3] == (world, shape, name) and cell["steps"] >= horizon
            }
            for name in (method, BASE)
        ]
        return sorted(found[0] & found[1])

    def of(self, world: str, shape: str, method: str, horizon: int = SHORT) -> list[Cell]:
        """The runs of these seeds."""
        return [self._cells[world, shape, method, seed] for seed in self.seeds(world, shape, method, horizon)]

    def pace(self, world: str, shape: str, method: str) -> float:
        """CPU seconds a step, the median over seeds."""
        return float(np.median([cell["cpu_seconds"] / cell["steps"] for cell in self.of(world, shape, method)]))

    def entries(self, horizon: int) -> Iterator[Entry]:
        """Every reward and method that was trained so long."""
        for world, shape in self.rewards:
            for method in (method.name for method in METHODS):
                if self.seeds(world, shape, method, horizon):
                    yield self._entry(world, shape, method, horizon)

    def _entry(self, world: str, shape: str, method: str, horizon: int) -> Entry:
        cells = self.of(world, shape, method, horizon)
        base = [self._cells[world, shape, BASE, cell["seed"]] for cell in cells]
        steps_at_cpu = min(horizon * self.pace(world, shape, BASE) / self.pace(world, shape, method), horizon)
        reward = at(cells, horizon)
        gain, gain_at_cpu = reward - at(base, horizon), at(cells, steps_at_cpu) - at(base, horizon)
        return Entry(
            world=world,
            shape=shape,
            method=method,
            horizon=horizon,
            reward=float(reward.mean()),
            error=standard_error(reward),
            gain=float(gain.mean()),
            gain_error=standard_error(gain),
            gain_at_cpu=float(gain_at_cpu.mean()),
            gain_at_cpu_error=standard_error(gain_at_cpu),
            steps_at_cpu=steps_at_cpu,
            entropy=float(at(cells, horizon, "entropy").mean()),
            length=float(at(cells, horizon, "length").mean()),
            seeds=len(cells),
        )


def at(cells: list[Cell], step: float, figure: str = "reward") -> np.ndarray:
    """(runs,) a figure at a step, on a straight line between evaluations."""
    return np.array([np.interp(step, cell["evaluated_at"], cell[figure]) for cell in cells])


def standard_error(values: np.ndarray) -> float:
    """Of the mean; 0 for one value."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def table(results: Results, horizon: int) -> Iterator[str]:
    """Rewards (standard error) by method at equal steps, in Markdown."""
    yield from _grid(results, horizon, lambda entry: f"{entry.reward:.3f} ({entry.error:.3f})")


def gains(results: Results, horizon: int) -> Iterator[str]:
    """Paired differences to GRPO at equal CPU seconds, in Markdown."""
    yield from _grid(
        results,
        horizon,
        lambda entry: "-" if entry.method == BASE else f"{entry.gain_at_cpu:+.3f} ({entry.gain_at_cpu_error:.3f})",
    )


def texts(results: Results, horizon: int) -> Iterator[str]:
    """Entropy and length at equal steps, in Markdown."""
    yield from _grid(results, horizon, lambda entry: f"{entry.entropy:.2f} / {entry.length:.1f}")


def _grid(results: Results, horizon: int, cell: Any) -> Iterator[str]:
    entries = {(entry.world, entry.shape, entry.method): entry for entry in results.entries(horizon)}
    yield f"| {horizon} steps | " + " | ".join(f"{world}: {shape}" for world, shape in results.rewards) + " |"
    yield "|---" * (len(results.rewards) + 1) + "|"
    for method in dict.fromkeys(key[2] for key in entries):
        row = [entries.get((*reward, method)) for reward in results.rewards]
        yield f"| {method} | " + " | ".join(cell(entry) if entry else "" for entry in row) + " |"


def rates(results: Results) -> Iterator[str]:
    """Reward after SHORT steps at every learning rate that was run, and its mean over rewards, in Markdown."""
    rewards = list(dict.fromkeys((cell["world"], cell["shape"]) for cell in results.cells))
    yield (
        "| method | learning rate | "
        + " | ".join(f"{world}: {shape}" for world, shape in rewards)
        + " | mean | seeds |"
    )
    yield "|---" * (len(rewards) + 4) + "|"
    for method in (method.name for method in METHODS):
        for rate in sorted({cell["learning_rate"] for cell in results.cells if cell["method"] == method}):
            found = [
                [
                    cell
                    for cell in results.cells
                    if (cell["world"], cell["shape"], cell["method"], cell["learning_rate"]) == (*reward, method, rate)
                ]
                for reward in rewards
            ]
            if all(found):
                means = [at(cells, SHORT).mean() for cells in found]
                seeds = min(len({cell["seed"] for cell in cells}) for cells in found)
                figures = " | ".join(f"{mean:.3f}" for mean in [*means, np.mean(means)])
                yield f"| {method} | {rate:g} | {figures} | {seeds} |"


def cost(results: Results) -> Iterator[str]:
    """CPU milliseconds a step and the share of credit, in Markdown: the mean over rewards of each world."""
    worlds = list(dict.fromkeys(world for world, _ in results.rewards))
    yield "| method | " + " | ".join(f"{world}: ms a step | credit" for world in worlds) + " |"
    yield "|---" * (2 * len(worlds) + 1) + "|"
    for method in dict.fromkeys(cell["method"] for cell in results.cells):
        columns = []
        for world in worlds:
            cells = [cell for _, shape in results.rewards for cell in results.of(world, shape, method)]
            pace = np.median([cell["cpu_seconds"] / cell["steps"] for cell in cells]) * 1000 if cells else np.nan
            share = np.median([cell["credit_cpu_seconds"] / cell["cpu_seconds"] for cell in cells]) if cells else np.nan
            columns.append(f"{pace:.1f} | {share:.0%}")
        yield f"| {method} | " + " | ".join(columns) + " |"


def promise(results: Results) -> Iterator[str]:
    """Is past_conditioned at least two standard errors ahead of GRPO at equal CPU seconds? Reward by reward."""
    for horizon in (SHORT, LONG):
        for entry in results.entries(horizon):
            if entry.method == "past_conditioned":
                verdict = "kept" if entry.errors_ahead >= 2 else "NOT KEPT"
                yield (
                    f"{verdict}: {entry.world}, {entry.shape}, {horizon} steps: {entry.gain_at_cpu:+.3f} "
                    f"({entry.gain_at_cpu_error:.3f}) at {entry.steps_at_cpu:.0f} steps, {entry.errors_ahead:.1f} "
                    f"standard errors, {entry.seeds} seeds; at equal steps {entry.gain:+.3f} ({entry.gain_error:.3f})"
                )


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    results = Results.read(parser.parse_args().files)
    for title, part in (("Held-out reward", table), ("Gain at equal CPU seconds", gains), ("Entropy / length", texts)):
        for horizon in (SHORT, LONG):
            print(f"\n{title}\n\n" + "\n".join(part(results, horizon)))
    print("\nLearning rates\n\n" + "\n".join(rates(results)))
    print("\n" + "\n".join(cost(results)) + "\n\n" + "\n".join(promise(results)))


if __name__ == "__main__":
    main()
