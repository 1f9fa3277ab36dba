"""A reward as the user names it: a kind, or a YAML file of a kind and its settings, with settings put on top.

    kind: similarity
    reference: Take 400 mg with food.

Knows nothing of any kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ospo_core.errors import SettingsError
from ospo_core.rewards.plain_yaml import plain_yaml, plain_yaml_file
from ospo_core.rewards.registry import build_reward, reward_kind
from ospo_core.rewards.reward import Reward
from ospo_core.rewards.settings import type_at

FILE_ENDINGS = (".yaml", ".yml")

_NO_TEXTS: Mapping[str, str] = {}


def load_reward(source: str, overrides: Mapping[str, str], texts: Mapping[str, str] = _NO_TEXTS) -> Reward:
    """Build the reward named by a kind or by the path of a .yaml or .yml file.

    Relative paths in the settings start from the file's folder, or from the current one where `source` is a kind.

    Args:
        source: the kind, or the path.
        overrides: settings put on top, as typed: read as YAML, but for settings that are texts. A key may be dotted
            to reach inside (`facts.0.weight`).
        texts: settings put on top that are taken as they are, such as the content of a file.

    Raises:
        SettingsError: the file, the kind or a setting is wrong; says what and where.
        ModelMissing: a model it needs is not on this machine.
    """
    kind, settings, folder = _named(source)
    model = reward_kind(kind).settings_model
    for key, typed in overrides.items():
        value = typed if _is_text(type_at(model, _steps(key))) else plain_yaml(typed, f"setting {key}")
        settings = _put(settings, _steps(key), value, key)
    for key, text in texts.items():
        settings = _put(settings, _steps(key), text, key)
    return build_reward(kind, settings, folder)


def _named(source: str) -> tuple[str, dict[str, Any], Path | None]:
    path = Path(source)
    if path.suffix.lower() not in FILE_ENDINGS:
        return source, {}, None
    content = plain_yaml_file(path)
    if not isinstance(content, dict) or not isinstance(content.get("kind"), str):
        raise SettingsError(f'{path.name}: must be a mapping with "kind", the name of a reward, and its settings')
    unnamed = [key for key in content if not isinstance(key, str)]
    if unnamed:
        raise SettingsError(f"{path.name}: a setting's name must be a text; got {unnamed[0]!r}")
    return content["kind"], {key: value for key, value in content.items() if key != "kind"}, path.parent


def _is_text(declared: object) -> bool:
    return declared is str


def _steps(key: str) -> tuple[int | str, ...]:
    return tuple(int(step) if step.isdecimal() else step for step in key.split("."))


def _put(settings: Any, steps: tuple[int | str, ...], value: Any, key: str) -> Any:
    """A copy of the settings with the value at the end of the steps; missing mappings on the way are made."""
    step, rest = steps[0], steps[1:]
    if isinstance(settings, list) and isinstance(step, int) and step < len(settings):
        inner = _put(settings[step], rest, value, key) if rest else value
        return [*settings[:step], inner, *settings[step + 1 :]]
    if isinstance(settings, dict):
        name = str(step)
        return settings | {name: _put(settings.get(name, {}), rest, value, key) if rest else value}
    raise SettingsError(f"setting {key}: there is no {step!r} to set")
