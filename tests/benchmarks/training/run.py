"""Which redistribution rule learns? Two small worlds, seven rewards, eight methods, one process.

    python -m tests.benchmarks.training.run --json out/training.json [--seeds 300-307] [--worlds NAME,NAME]
                                            [--methods NAME,NAME] [--shapes NAME,NAME] [--steps N] [--rates 5e-4,1e-3]

Prints a line and saves the file after every run; runs that stand in the file already are not done again, so a cut
benchmark goes on where it stopped. `summary` prints the tables of a file, `curves` draws it. Give the process one
thread (OMP_NUM_THREADS=1): more are slower here, and CPU seconds are what is compared.

The worlds were made with seed 0 in sight, the learning rate was chosen on seeds 0-1 (results/tuning.json: `--seeds 0-1
--steps 120 --rates 1e-3,2e-3,4e-3`); seeds 300-307 were used for no choice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from ospo_core.bench.machine import machine
from tests.benchmarks.training.catalogue import BetterStart, Catalogue
from tests.benchmarks.training.cited_facts import CitedFacts
from tests.benchmarks.training.language_model import pretrained
from tests.benchmarks.training.learner import Curve, Run
from tests.benchmarks.training.methods import METHODS, Method

WORLDS = {"catalogue": Catalogue, "cited-facts": CitedFacts, "better-start": BetterStart}
SHORT, LONG = 120, 360
FOR_LONG = ("GRPO", "past_conditioned")
"""Trained for LONG steps unless asked otherwise: seconds are few, and a run's first SHORT steps are a short run."""

Cell = dict[str, Any]


def runs(asked: argparse.Namespace) -> Iterator[tuple[str, list[Run]]]:
    """(world and seed, the runs that share its pretrained model); seeds outermost: a cut run has whole seeds."""
    chosen = [method for method in METHODS if not asked.methods or method.name in asked.methods]
    for seed in asked.seeds:
        for name in asked.worlds:
            world = WORLDS[name](seed)
            shapes = [shape for shape in world.shapes if not asked.shapes or shape in asked.shapes]
            yield (
                f"{name} {seed}",
                [
                    Run(
                        world=world,
                        shape=shape,
                        method=method,
                        seed=seed,
                        steps=asked.steps or steps(method),
                        learning_rate=rate,
                    )
                    for shape in shapes
                    for method in chosen
                    for rate in asked.rates or [method.learning_rate]
                ],
            )


def steps(method: Method) -> int:
    """How long a method is trained unless asked otherwise."""
    return LONG if method.name in FOR_LONG else SHORT


def key(run: Run) -> Cell:
    """What tells a run from the others of a file."""
    return {
        "world": run.world.name,
        "shape": run.shape,
        "method": run.method.name,
        "seed": run.seed,
        "learning_rate": run.learning_rate,
        "steps": run.steps,
    }


def recorded(curve: Curve) -> Cell:
    """A curve to three decimals, with the seconds of the run."""
    return {
        "evaluated_at": curve.steps,
        "reward": _rounded(curve.reward),
        "entropy": _rounded(curve.entropy),
        "length": _rounded(curve.length),
        "truncated": round(curve.truncated[-1], 3),
        "repeated": round(curve.repeated[-1], 3),
        "cpu_seconds": round(curve.cpu[-1], 3),
        "credit_cpu_seconds": round(curve.credit_cpu[-1], 3),
    }


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 3) for value in values]


def measured_on() -> dict[str, Any]:
    """Machine, and commit of the code; None outside a repository."""
    answer = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return {"machine": machine(), "commit": answer.stdout.strip() or None}


def save(path: Path, facts: dict[str, Any], cells: list[Cell]) -> None:
    """One line a run; the file is whole at any moment."""
    lines = ",\n".join(json.dumps(cell, separators=(",", ":")) for cell in cells)
    part = path.with_suffix(".part")
    part.write_text(f'{{"facts": {json.dumps(facts)},\n"cells": [\n{lines}\n]}}\n', "utf-8")
    part.replace(path)


def arguments() -> argparse.Namespace:
    """As typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--seeds", type=numbers, default=list(range(300, 308)))
    parser.add_argument("--worlds", type=_names, default=list(WORLDS)[:2])
    parser.add_argument("--methods", type=_names)
    parser.add_argument("--shapes", type=_names)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--rates", type=lambda text: [float(rate) for rate in text.split(",")])
    return parser.parse_args()


def numbers(text: str) -> list[int]:
    """`300-307` as numbers, or a single one."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def _names(text: str) -> list[str]:
    return text.split(",")


def main() -> None:
    """Run what is asked for and not yet there."""
    asked = arguments()
    torch.set_num_threads(1)
    cells: list[Cell] = json.loads(asked.json.read_text("utf-8"))["cells"] if asked.json.exists() else []
    facts = measured_on()
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    for title, of_model in runs(asked):
        missing = [run for run in of_model if not any(key(run).items() <= cell.items() for cell in cells)]
        start = pretrained(of_model[0].world, of_model[0].seed) if missing else None
        for run in missing:
            assert start is not None
            cells.append(key(run) | recorded(run.curve(start)))
            save(asked.json, facts, cells)
            print(title, run.shape, run.method.name, run.learning_rate, cells[-1]["reward"], flush=True)


if __name__ == "__main__":
    main()
