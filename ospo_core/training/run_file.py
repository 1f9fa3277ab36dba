"""A run as its file says it: every setting with its bounds and its default. Knows neither model nor trainer.

    rule: blend
    data: product_search
    steps: 40

Importing this module imports no torch, so that a wrong file is refused at once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ospo_core.errors import SettingsError
from ospo_core.redistribution.rule_names import RuleName
from ospo_core.rewards.plain_yaml import plain_yaml_file
from ospo_core.rewards.settings import did_you_mean, parsed_settings
from ospo_core.training.bundled_data import BUNDLED_DATA
from ospo_core.training.presets import PRESETS
from ospo_core.training.row_reward import anchored

WatchName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]


class Lora(BaseModel):
    """A low-rank adapter (Hu et al. 2021) on all linear layers: its rank, and the scale alpha / rank."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    rank: int = Field(16, ge=1, le=512)
    alpha: int = Field(32, ge=1, le=4096)


class RunFile(BaseModel):
    """Everything that decides a run. docs/training.md says what each setting means.

    `reward` and `watch` that are null are those of the bundled data set.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field("", max_length=200)
    preset: Literal["toy", "short", "paired"] | None = None
    rule: RuleName = "uniform"
    rule_weight: float = Field(0.5, ge=0, le=1)
    clip: float | None = Field(None, gt=0, le=100)
    players: Literal["word", "phrase"] = "word"
    evaluations: int = Field(32, ge=2, le=4096)
    model: str = Field("smollm2", min_length=1, max_length=500)
    lora: Lora | None = Field(default_factory=lambda: Lora(rank=16, alpha=32))
    data: str = Field("product_search", min_length=1, max_length=500)
    reward: dict[str, Any] | None = None
    watch: dict[WatchName, dict[str, Any]] | None = Field(None, max_length=8)
    steps: int = Field(40, ge=1, le=100_000)
    group_size: int = Field(8, ge=2, le=64)
    prompts_per_step: int = Field(1, ge=1, le=64)
    max_new_tokens: int = Field(28, ge=1, le=4096)
    temperature: float = Field(0.7, gt=0, le=5)
    learning_rate: float = Field(1.0e-4, gt=0, le=1)
    beta: float = Field(0.0, ge=0, le=10)
    loss_type: Literal["grpo", "dapo", "dr_grpo", "bnpo"] = "dapo"
    seed: int = Field(0, ge=0, lt=2**31)
    save_every: int = Field(10, ge=1, le=100_000)
    sample_every: int = Field(5, ge=1, le=100_000)
    samples: int = Field(2, ge=0, le=8)

    @model_validator(mode="after")
    def _names_are_free(self) -> RunFile:
        if "reward" in (self.watch or {}):
            raise ValueError("a watched reward cannot be called 'reward', which is the one trained on")
        return self

    def as_yaml(self) -> str:
        """The file with every default filled in; reading it gives the same run."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)

    @property
    def sha256(self) -> str:
        """Hash of all that decides the weights after a step: not of labels, nor of how many steps and looks."""
        no_matter = {"name", "preset", "steps", "save_every", "sample_every", "samples"}
        decides = self.model_dump(mode="json", exclude=no_matter)
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def read_run(path: Path) -> RunFile:
    """The run of a file. Relative paths in it start from the file's folder.

    Raises: SettingsError: one line that names the file and every setting at fault.
    """
    content = plain_yaml_file(path)
    if content is None:
        content = {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise SettingsError(f"{path.name}: must be a mapping of settings to values; see docs/training.md")
    return run_of(content, folder=path.parent, where=path.name)


def run_of(given: Mapping[str, Any], *, folder: Path, where: str) -> RunFile:
    """The run that these settings describe, its preset and its data's own rewards filled in.

    Raises: SettingsError: one line; `where` opens it.
    """
    preset = given.get("preset")
    if preset is not None and preset not in PRESETS:
        raise SettingsError(
            f"{where}: no preset is called {str(preset)[:40]!r}{did_you_mean(str(preset), list(PRESETS))}; "
            f"there are: {', '.join(PRESETS)}"
        )
    run = parsed_settings(RunFile, {**(PRESETS[preset] if preset else {}), **given}, where=where)
    return _filled_in(run, folder.resolve(), where)


def halves(run: RunFile) -> Mapping[str, RunFile]:
    """The runs of a `paired` one by the name of their folder; any other run alone, under an empty name."""
    if run.preset != "paired":
        return {"": run}
    if run.rule == "uniform":
        raise SettingsError("a paired run trains a rule beside uniform; choose another rule, or another preset")
    alone = {"preset": "short"}
    return {run.rule: run.model_copy(update=alone), "uniform": run.model_copy(update={**alone, "rule": "uniform"})}


def _filled_in(run: RunFile, folder: Path, where: str) -> RunFile:
    """With absolute paths, and with what the bundled data set says of its rewards."""
    bundled = BUNDLED_DATA.get(run.data)
    reward = run.reward or (bundled.reward if bundled else None)
    watch = run.watch if run.watch is not None else (bundled.watch if bundled else {})
    if reward is None:
        raise SettingsError(f"{where}: reward is required where data is a file; give its kind and its settings")
    return run.model_copy(
        update={
            "data": run.data if bundled else str(folder / os.path.expanduser(run.data)),
            "model": _local(run.model, folder),
            "reward": anchored(reward, folder, f"{where}: reward"),
            "watch": {name: anchored(given, folder, f"{where}: watch.{name}") for name, given in watch.items()},
        }
    )


def _local(model: str, folder: Path) -> str:
    """A model's folder from the file's own; a name that is no folder there stays a name."""
    place = folder / os.path.expanduser(model)
    # What os.path asks of a name that is none (too long, no such user) is answered, where pathlib raises.
    return str(place.resolve()) if os.path.isdir(place) else model
