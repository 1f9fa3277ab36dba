"""Draws what real_model.py reported: the reward while it was trained, and each held-out figure before and after.

    python -m tests.benchmarks.real_model_curves out/real/report.json --png docs/real-model.png

A line is the mean of the seeds over five steps, a band one standard error; a dot is a seed, the bar the mean of them.
`copied` is the longest run of words that a text has from its prompt, as a share of the text. Prints the means, too.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ospo_core.training.bundled_data import BUNDLED_DATA
from ospo_core.training.dataset import load_prompts
from tests.benchmarks.training.curves import COLOURS, draw_band, draw_plainly

NAMES = {"uniform": "GRPO", "proportional": "proportional", "past_conditioned": "past_conditioned", "blend": "blend"}
WINDOW = 5


def figures_of(measured: Mapping[str, Any], prompts: Sequence[str]) -> dict[str, float]:
    """Means over the held-out prompts, by name."""
    copied = [_copied(prompt, text) for prompt, text in zip(prompts, measured["texts"], strict=True)]
    lists = {
        **measured["scores"],
        "copied": copied,
        "fluency": measured["fluency"],
        "repetition": measured["repetition"],
    }
    return {
        name: float(np.mean([value for value in np.atleast_1d(values) if value is not None]))
        for name, values in lists.items()
    }


def _copied(prompt: str, text: str) -> float:
    asked, said = (re.findall(r"\w+", one.lower()) for one in (prompt, text))
    return SequenceMatcher(None, said, asked, autojunk=False).find_longest_match().size / max(1, len(said))


def draw_curve(axes: Axes, runs: Sequence[Mapping[str, Any]]) -> None:
    """The trained reward of the texts of each step."""
    for rule, name in NAMES.items():
        curves = [run["curve"] for run in runs if run["rule"] == rule]
        means = np.array([np.convolve(curve, np.full(WINDOW, 1 / WINDOW), "valid") for curve in curves])
        draw_band(axes, range(WINDOW, WINDOW + means.shape[1]), means, COLOURS[name], f"{name}, {len(means)} seeds")
    axes.set_xlabel("steps")
    axes.set_title("reward while training", fontsize=10)


def draw_change(axes: Axes, before: float, after: Mapping[str, Sequence[float]], title: str) -> None:
    """Of the untrained model a dashed line; of each rule its seeds."""
    axes.axhline(before, color="#888888", linestyle="--", linewidth=1)
    for place, (rule, name) in enumerate(NAMES.items()):
        axes.plot([place] * len(after[rule]), after[rule], "o", color=COLOURS[name], markersize=4)
        axes.plot([place - 0.25, place + 0.25], [np.mean(after[rule])] * 2, color=COLOURS[name], linewidth=2)
    axes.set_xticks([])
    axes.set_title(title, fontsize=10)


def draw_case(row: Sequence[Axes], case: str, runs: Sequence[Mapping[str, Any]]) -> None:
    """One row of the picture."""
    data = BUNDLED_DATA[case]
    rows = load_prompts(str(data.held_out), {"reward": data.reward, **data.watch})
    prompts = [one.prompt for one in rows][: len(runs[0]["before"]["texts"])]
    before = figures_of(runs[0]["before"], prompts)
    after = {rule: [figures_of(run["after"], prompts) for run in runs if run["rule"] == rule] for rule in NAMES}
    draw_curve(row[0], runs)
    row[0].set_ylabel(case)
    for axes, figure in zip(row[1:], before, strict=True):
        values = {rule: [one[figure] for one in seeds] for rule, seeds in after.items()}
        draw_change(axes, before[figure], values, figure)
        print(
            case, figure, f"{before[figure]:.3f}", {rule: [f"{one:.3f}" for one in of] for rule, of in values.items()}
        )
    for axes in row:
        draw_plainly(axes)


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--png", type=Path, required=True)
    asked = parser.parse_args()
    by_case: dict[str, list[Mapping[str, Any]]] = {}
    for run in json.loads(asked.file.read_text("utf-8"))["runs"]:
        by_case.setdefault(run["case"], []).append(run)
    figure = Figure(figsize=(15.5, 2.9 * len(by_case) + 0.5))
    for part, (case, runs) in zip(np.atleast_1d(figure.subfigures(len(by_case))), by_case.items(), strict=True):
        draw_case(part.subplots(1, 4 + len(runs[0]["before"]["scores"])), case, runs)
        part.subplots_adjust(left=0.05, right=0.99, bottom=0.28, wspace=0.35)
        part.legend(*part.axes[0].get_legend_handles_labels(), loc="lower center", ncols=4, frameon=False)
    figure.savefig(asked.png, dpi=80)


if __name__ == "__main__":
    main()
