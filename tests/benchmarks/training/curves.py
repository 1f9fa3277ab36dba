"""Draws the learning curves of a file of runs: held-out reward above, entropy below, mean and standard error.

python -m tests.benchmarks.training.curves FILE --world catalogue --png docs/training-curves.png
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.benchmarks.training.summary import BASE, Cell, Results

COLOURS = {
    "GRPO": "#555555",
    "past_conditioned": "#0b6e4f",
    "blend": "#3aa6dd",
    "signed clip 3": "#d1495b",
    "prefix": "#8e5ea2",
    "proportional": "#e0a030",
    "rank": "#b07d4f",
    "rank as published": "#c9b79c",
}
FIGURES = {
    "reward": "held-out reward",
    "gain": "gain over GRPO, paired",
    "entropy": "entropy (nats a token)",
    "length": "words a text",
}


def values_of(results: Results, reward: tuple[str, str], cells: list[Cell], figure: str) -> np.ndarray:
    """(runs, evaluations) a figure as recorded, or the reward less that of GRPO's run on the same seed."""
    if figure != "gain":
        return np.array([cell[figure] for cell in cells])
    base = {cell["seed"]: cell["reward"] for cell in results.of(*reward, BASE)}
    return np.array([np.subtract(cell["reward"], base[cell["seed"]][: len(cell["reward"])]) for cell in cells])


def draw(axes: Axes, results: Results, reward: tuple[str, str], figure: str) -> None:
    """One panel: a line a method, a band of one standard error.

    A method that was run on fewer seeds than GRPO is drawn only where it is compared seed by seed.
    """
    for method, colour in COLOURS.items():
        longest = max((cell["steps"] for cell in results.of(*reward, method)), default=0)
        cells = results.of(*reward, method, horizon=longest)
        if len(cells) < 2 or (figure != "gain" and len(cells) < len(results.of(*reward, BASE))):
            continue
        steps, values = cells[0]["evaluated_at"], values_of(results, reward, cells, figure)
        draw_band(axes, steps, values, colour, method, width=2.2 if method in ("GRPO", "past_conditioned") else 1.3)


def draw_band(
    axes: Axes, steps: Sequence[int], values: np.ndarray, colour: str, label: str, *, width: float = 1.5
) -> None:
    """A line of the mean of (runs, steps) values, and a band of one standard error; of two runs or more."""
    mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    axes.plot(steps, mean, color=colour, label=label, linewidth=width)
    axes.fill_between(steps, mean - error, mean + error, color=colour, alpha=0.15, linewidth=0)


def draw_plainly(axes: Axes) -> None:
    """Two spines and a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--world", required=True)
    parser.add_argument("--png", type=Path, required=True)
    asked = parser.parse_args()
    results = Results.read(asked.files)
    rewards = [reward for reward in results.rewards if reward[0] == asked.world]
    figure = Figure(figsize=(2.9 * len(rewards), 9.0))
    grid = figure.subplots(len(FIGURES), len(rewards), sharex=True, squeeze=False)
    for column, reward in enumerate(rewards):
        for row, name in enumerate(FIGURES):
            draw(grid[row][column], results, reward, name)
            draw_plainly(grid[row][column])
        grid[0][column].set_title(f"{reward[0]}: {reward[1]}", fontsize=11)
        grid[-1][column].set_xlabel("steps")
    for row, title in enumerate(FIGURES.values()):
        grid[row][0].set_ylabel(title)
    handles, labels = grid[1][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    figure.savefig(asked.png, dpi=80)


if __name__ == "__main__":
    main()
