"""A kind of reward: its name, what it measures, its settings, and how to build it. What a plug-in offers.

A plug-in is a package with an entry point in the group `ospo.rewards` that names a `RewardKind`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from ospo_core.rewards.reward import Reward


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One line of the list of a kind's settings; `default` means nothing where `required`."""

    name: str
    required: bool
    default: Any
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardKind:
    """How a reward is chosen by name.

    Attributes:
        name: what the user writes.
        summary: one line for a list.
        settings_model: checks the settings; forbids unknown ones.
        build: from checked settings, and the folder that relative paths in them start from (None: the current one).
    """

    name: str
    summary: str
    settings_model: type[BaseModel]
    build: Callable[[Any, Path | None], Reward]

    def settings(self) -> tuple[Setting, ...]:
        """Every setting with its default, in the order of declaration."""
        return tuple(
            Setting(
                name=name,
                required=field.is_required(),
                default=None if field.default is PydanticUndefined else field.default,
                description=field.description or "",
            )
            for name, field in self.settings_model.model_fields.items()
        )
