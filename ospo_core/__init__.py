"""Owen credit of every token of a response, beside GRPO's flat advantage.

    from ospo_core import attribute, build_reward

    reward = build_reward("similarity", {"reference": "One dose is 240 mg."})
    attribute("How much?", "Give her 240 mg.", reward)          # draws itself in a notebook

Names are looked up when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ospo_core.attribution import Attribution, Options, attribute
    from ospo_core.comparison import Clip, Comparison, Redistribution, compare
    from ospo_core.documents import compare_document, explain_document
    from ospo_core.errors import (
        BudgetTooSmall,
        InputError,
        ModelMissing,
        OspoError,
        RewardError,
        SettingsError,
        TextError,
        UnsupportedMasking,
    )
    from ospo_core.games.ledger import Watch
    from ospo_core.rewards.kind import RewardKind
    from ospo_core.rewards.registry import build_reward
    from ospo_core.rewards.reward import MaskableReward, Reward, RewardSpec
    from ospo_core.rewards.source import load_reward

_HOME_OF = {
    "Attribution": "attribution",
    "BudgetTooSmall": "errors",
    "Clip": "comparison",
    "Comparison": "comparison",
    "InputError": "errors",
    "MaskableReward": "rewards.reward",
    "ModelMissing": "errors",
    "Options": "attribution",
    "OspoError": "errors",
    "Redistribution": "comparison",
    "Reward": "rewards.reward",
    "RewardError": "errors",
    "RewardKind": "rewards.kind",
    "RewardSpec": "rewards.reward",
    "SettingsError": "errors",
    "TextError": "errors",
    "UnsupportedMasking": "errors",
    "Watch": "games.ledger",
    "attribute": "attribution",
    "build_reward": "rewards.registry",
    "compare": "comparison",
    "compare_document": "documents",
    "explain_document": "documents",
    "load_reward": "rewards.source",
}

__all__ = [
    "Attribution",
    "BudgetTooSmall",
    "Clip",
    "Comparison",
    "InputError",
    "MaskableReward",
    "ModelMissing",
    "Options",
    "OspoError",
    "Redistribution",
    "Reward",
    "RewardError",
    "RewardKind",
    "RewardSpec",
    "SettingsError",
    "TextError",
    "UnsupportedMasking",
    "Watch",
    "attribute",
    "build_reward",
    "compare",
    "compare_document",
    "explain_document",
    "load_reward",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
