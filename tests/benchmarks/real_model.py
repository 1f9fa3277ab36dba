"""Which rule serves a real language model: SmolLM2 trained under each, judged by what it was not trained on.

    OMP_NUM_THREADS=1 python tests/benchmarks/real_model.py --output out/real [--rules uniform blend ...]
        [--seeds 0 1 2] [--cases product_search citations] [--steps 30] [--prompts 32]

Every run is `ospo train` in a folder of its own, and is measured before and after on prompts that were held out: the
trained reward, the same under rewards that were only watched (another retriever), fluency (mean log-probability of a
token under the untrained model), repetition and length. Goes on where it was cut. Writes OUTPUT/report.json and prints
a table. A run of 30 steps takes some ten minutes of one core.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from peft import PeftModel

from ospo_core.bench.machine import machine
from ospo_core.training.bundled_data import BUNDLED_DATA
from ospo_core.training.dataset import load_prompts
from ospo_core.training.looks import fluency, repetition
from ospo_core.training.policy import Policy, load_policy
from ospo_core.training.prompt_reward import PromptReward
from ospo_core.training.run_file import RunFile
from ospo_core.training.run_folder import RunFolder
from ospo_core.training.samples import written

RULES = ("uniform", "proportional", "past_conditioned", "blend")
SETTINGS: dict[str, dict[str, Any]] = {
    "product_search": {"learning_rate": 2e-4, "prompts_per_step": 1},
    "citations": {"learning_rate": 2e-4, "prompts_per_step": 1, "max_new_tokens": 48},
}
DICE = 1000


def main() -> None:
    asked = _arguments()
    report = {"machine": machine(), "steps": asked.steps, "prompts": asked.prompts, "runs": []}
    for seed, case in product(asked.seeds, asked.cases):  # a cut benchmark has whole seeds
        untrained = RunFile(**_settings(case, "uniform", 0, asked.steps))
        before = _kept(asked.output / case / "before.json", partial(_measured, untrained, None, asked.prompts))
        for rule in asked.rules:
            folder = asked.output / case / f"{rule}-{seed}"
            run = RunFile(**_settings(case, rule, seed, asked.steps))
            _train(folder, run)
            measure = partial(_measured, run, RunFolder(folder).adapter, asked.prompts)
            after = _kept(folder / "after.json", measure)
            row = {"case": case, "rule": rule, "seed": seed, "before": before, "after": after, **_cost(folder)}
            report["runs"].append(row)
            (asked.output / "report.json").write_text(json.dumps(report, indent=1), "utf-8")
    _print(report)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--rules", nargs="+", default=RULES)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--cases", nargs="+", default=list(SETTINGS))
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--prompts", type=int, default=32)
    return parser.parse_args()


def _settings(case: str, rule: str, seed: int, steps: int) -> dict[str, Any]:
    usual = {"data": case, "rule": rule, "seed": seed, "steps": steps, "sample_every": 10, "samples": 1}
    return {**usual, **SETTINGS[case]}


def _train(folder: Path, run: RunFile) -> None:
    """By the command that everybody has; a run that is done ends at once."""
    file = folder / "run.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(run.as_yaml(), "utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "ospo_core.training", str(file), "--output", str(folder)]
    subprocess.run(command, check=True)


def _kept(place: Path, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was measured before, or now."""
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(measure(), indent=1), "utf-8")
    return json.loads(place.read_text("utf-8"))


def _measured(run: RunFile, adapter: Path | None, count: int) -> dict[str, Any]:
    """One text for each held-out prompt, by the same dice for every model."""
    data = BUNDLED_DATA[run.data]
    rewards = {"reward": run.reward or data.reward, **(run.watch or data.watch)}
    rows = load_prompts(str(data.held_out), rewards)[:count]
    policy = load_policy(run)
    model = policy.model if adapter is None else PeftModel.from_pretrained(policy.model, str(adapter))
    ids = [_written(policy, model, row.prompt, run, place) for place, row in enumerate(rows)]
    texts = [str(policy.tokenizer.decode(one, skip_special_tokens=True)) for one in ids]
    places = list(range(len(rows)))
    scores = {
        name: PromptReward(name, settings, rows)([row.prompt for row in rows], texts, row=places)
        for name, settings in rewards.items()
    }
    return {
        "scores": scores,
        "fluency": list(_fluencies(policy, model, [row.prompt for row in rows], ids)),
        "repetition": repetition(texts),
        "length": statistics.mean(len(one) for one in ids),
        "texts": texts,
    }


def _written(policy: Policy, model: Any, prompt: str, run: RunFile, place: int) -> list[int]:
    ends = [int(policy.tokenizer.eos_token_id)]  # pyright: ignore[reportArgumentType]
    return written(policy, model, prompt, run.max_new_tokens, run.temperature, DICE + place, ends)


def _fluencies(policy: Policy, model: Any, prompts: Sequence[str], ids: Sequence[list[int]]) -> Iterator[float | None]:
    untrained = policy.model if not isinstance(model, PeftModel) else None
    for prompt, own in zip(prompts, ids, strict=True):
        asked, said = torch.tensor([policy.prompt_ids(prompt)]), torch.tensor([own], dtype=torch.long)
        batch = {
            "prompt_ids": asked,
            "prompt_mask": torch.ones_like(asked),
            "completion_ids": said,
            "completion_mask": torch.ones_like(said),
        }
        yield fluency(model, untrained, batch)


def _cost(folder: Path) -> dict[str, float]:
    """From the run's own events: seconds of the steps, and the share of them that credit took."""
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]
    steps = {event["step"]: event for event in events if event["kind"] == "step"}
    seconds = [event["seconds_of"] for event in steps.values()]
    whole = sum(sum(one.values()) for one in seconds)
    return {
        "seconds": whole,
        "credit_share": sum(one["credit"] for one in seconds) / whole,
        "reward_calls": max(event["reward_calls"] for event in steps.values()),
        "curve": [event["reward"]["mean"] for _, event in sorted(steps.items())],
    }


def _print(report: dict[str, Any]) -> None:
    print(time.strftime("%Y-%m-%d"), report["machine"])
    for row in report["runs"]:
        told = [f"{row['case']:<15} {row['rule']:<17} seed {row['seed']}"]
        for name in row["before"]["scores"]:
            change = [statistics.mean(row[when]["scores"][name]) for when in ("before", "after")]
            told.append(f"{name} {change[0]:.3f} -> {change[1]:.3f}")
        for name in ("fluency", "repetition", "length"):
            change = [_mean(row[when][name]) for when in ("before", "after")]
            told.append(f"{name} {change[0]:.2f} -> {change[1]:.2f}")
        told.append(f"credit {row['credit_share']:.1%} of {row['seconds']:.0f} s")
        print(" · ".join(told))


def _mean(value: Any) -> float:
    return statistics.mean(one for one in value if one is not None) if isinstance(value, list) else float(value)


if __name__ == "__main__":
    main()
