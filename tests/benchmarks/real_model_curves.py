"""Draws what real_model.py reported: the reward while it was trained, and each held-out figure before and after.

    python -m tests.benchmarks.real_model_curves out/real/report.json --png docs/real-model.png

A line is the mean of the seeds over five steps, a band one standard error; a dot is a seed, the bar the mean of them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.benchmarks.training.curves import COLOURS

NAMES = {"uniform": "GRPO", "proportional": "proportional", "past_conditioned": "past_conditioned", "blend": "blend"}
WINDOW = 5


def draw_curve(axes: Axes, runs: list[dict[str, Any]]) -> None:
    """The trained reward of the texts of each step."""
    for rule, name in NAMES.items():
        curves = np.array([run["curve"] for run in runs if run["rule"] == rule])
        means = np.array([np.convolve(curve, np.full(WINDOW, 1 / WINDOW), "valid") for curve in curves])
        steps, mean = np.arange(WINDOW, curves.shape[1] + 1), means.mean(axis=0)
        error = means.std(axis=0, ddof=1) / np.sqrt(len(means)) if len(means) > 1 else np.zeros_like(mean)
        axes.plot(steps, mean, color=COLOURS[name], label=f"{name}, {len(means)} seeds")
        axes.fill_between(steps, mean - error, mean + error, color=COLOURS[name], alpha=0.15, linewidth=0)
    axes.set_xlabel("steps")
    axes.set_title("reward while training", fontsize=10)


def draw_change(axes: Axes, runs: list[dict[str, Any]], figure: str) -> None:
    """Of the untrained model a dashed line; of each rule its seeds."""
    axes.axhline(_figure(runs[0]["before"], figure), color="#888888", linestyle="--", linewidth=1)
    for place, (rule, name) in enumerate(NAMES.items()):
        values = [_figure(run["after"], figure) for run in runs if run["rule"] == rule]
        axes.plot([place] * len(values), values, "o", color=COLOURS[name], markersize=4)
        axes.plot([place - 0.25, place + 0.25], [np.mean(values)] * 2, color=COLOURS[name], linewidth=2)
    axes.set_xticks([])
    axes.set_title(figure, fontsize=10)


def _figure(measured: dict[str, Any], name: str) -> float:
    values = measured["scores"].get(name, measured.get(name))
    return float(np.mean([value for value in np.atleast_1d(values) if value is not None]))


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--png", type=Path, required=True)
    asked = parser.parse_args()
    runs = json.loads(asked.file.read_text("utf-8"))["runs"]
    cases = list(dict.fromkeys(run["case"] for run in runs))
    names = [list(next(run for run in runs if run["case"] == case)["before"]["scores"]) for case in cases]
    columns = 1 + max(map(len, names)) + 2
    figure = Figure(figsize=(2.6 * columns, 2.9 * len(cases) + 0.5))
    grid = figure.subplots(len(cases), columns, squeeze=False)
    for row, case, scores in zip(grid, cases, names, strict=True):
        of_case = [run for run in runs if run["case"] == case]
        draw_curve(row[0], of_case)
        row[0].set_ylabel(case)
        shown = [*scores, "fluency", "repetition"]
        for axes, name in zip(row[1:], shown, strict=False):
            draw_change(axes, of_case, name)
        for axes in row[1 + len(shown) :]:
            axes.set_visible(False)
        for axes in row:
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(alpha=0.25)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.4 / figure.get_figheight(), 1, 1))
    figure.savefig(asked.png, dpi=80)


if __name__ == "__main__":
    main()
