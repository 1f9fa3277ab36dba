"""The one place that knows what a run file may hold (docs/training.md); what a client may ask for is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class Lora(BaseModel):
    """Adapter instead of all weights."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    rank: int = Field(16, ge=1, le=1024)
    alpha: int = Field(32, ge=1, le=4096)


class RunFile(BaseModel):
    """The fields of a run, with their defaults."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    name: str = Field("", max_length=200)
    preset: Literal["toy", "short", "paired"] | None = None
    rule: str = Field("blend", max_length=40)
    rule_weight: float = Field(0.5, ge=0, le=1)
    clip: float | None = Field(None, gt=0)
    players: Literal["word", "phrase"] = "word"
    evaluations: int = Field(32, ge=2, le=100_000)
    model: str = Field("smollm2", min_length=1, max_length=300)
    lora: Lora | None = Field(default_factory=lambda: Lora.model_validate({}))
    data: str = Field("product_search", min_length=1, max_length=1000)
    reward: dict[str, Any] = Field(default_factory=lambda: {"kind": "retrieval"}, max_length=100)
    watch: dict[str, dict[str, Any]] = Field(default_factory=dict, max_length=10)
    steps: int = Field(40, ge=1, le=1_000_000)
    group_size: int = Field(8, ge=2, le=256)
    prompts_per_step: int = Field(1, ge=1, le=256)
    max_new_tokens: int = Field(28, ge=1, le=8192)
    temperature: float = Field(0.7, gt=0, le=10)
    learning_rate: float = Field(1e-4, gt=0, le=1)
    beta: float = Field(0.0, ge=0, le=10)
    loss_type: str = Field("dapo", max_length=20)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    save_every: int = Field(10, ge=1, le=1_000_000)
    sample_every: int = Field(5, ge=1, le=1_000_000)
    samples: int = Field(2, ge=0, le=16)


def parsed_run(given: Mapping[str, Any]) -> RunFile:
    """The run with its defaults. Raises: pydantic.ValidationError."""
    return RunFile.model_validate(given)


def yaml_of(run: Mapping[str, Any], rows: Path | None) -> str:
    """The run file as the trainer reads it; `rows` is the file of data that came with the request."""
    whole = dict(run) if rows is None else {**run, "data": str(rows)}
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)
