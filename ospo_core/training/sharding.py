"""Sharded weights, which `ospo train` cannot write to its checkpoints, refused before anything is loaded.

Knows only what `accelerate launch` tells its processes by their environment.
"""

from __future__ import annotations

from collections.abc import Mapping

from ospo_core.errors import SettingsError

_SHARDED = {
    "ACCELERATE_USE_FSDP": "FSDP",
    "ACCELERATE_USE_DEEPSPEED": "DeepSpeed",
    "ACCELERATE_USE_MEGATRON_LM": "Megatron-LM",
}
_YES = frozenset({"1", "true", "t", "yes", "y", "on"})


def refuse_sharding(environment: Mapping[str, str]) -> None:
    """Raises: SettingsError: the processes were launched to share one model's weights."""
    for variable, name in _SHARDED.items():
        if environment.get(variable, "").lower() in _YES:
            raise SettingsError(
                f"`ospo train` writes checkpoints of a whole model a process, and {name} ({variable}) shards it; "
                "launch it without, or use OSPOTrainer in a script of your own, whose checkpoints are TRL's"
            )
