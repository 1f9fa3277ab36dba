"""Presets: settings of a run that are filled in where its file says nothing else. Knows no more than their values.

They show what token credit does, so all of them have a rule; a run file that names none is plain GRPO.

`paired` is `short` trained twice, with token credit and without: see `run_file.halves`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SHORT: Mapping[str, Any] = {"name": "product search, short", "rule": "blend"}

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "toy": {
        "name": "toy",
        "rule": "blend",
        "model": "toy",
        "lora": None,
        "data": "toy",
        "steps": 60,
        "prompts_per_step": 4,
        "max_new_tokens": 12,
        "temperature": 1.0,
        "learning_rate": 2.0e-3,
        "save_every": 20,
        "sample_every": 10,
    },
    "short": _SHORT,
    "paired": {**_SHORT, "name": "product search, paired"},
}
