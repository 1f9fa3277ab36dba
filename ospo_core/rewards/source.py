"""A reward as the user names it: a kind, or a YAML file of a kind and its settings, with settings put on top.

    kind: similarity
    reference: Take 400 mg with food.

Knows nothing of any kind. Only plain YAML is read: no tags, no aliases (a few of which can stand for gigabytes), and
no key twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ospo_core.errors import SettingsError
from ospo_core.rewards.registry import build_reward, reward_kind
from ospo_core.rewards.reward import Reward
from ospo_core.rewards.settings import type_at

FILE_ENDINGS = (".yaml", ".yml")

_NO_TEXTS: Mapping[str, str] = {}


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases and without a key given twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not read", problem_mark=self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"{name!r} is given twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


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
        value = typed if _is_text(type_at(model, _steps(key))) else _yaml(typed, f"setting {key}")
        settings = _put(settings, _steps(key), value, key)
    for key, text in texts.items():
        settings = _put(settings, _steps(key), text, key)
    return build_reward(kind, settings, folder)


def _named(source: str) -> tuple[str, dict[str, Any], Path | None]:
    path = Path(source)
    if path.suffix.lower() not in FILE_ENDINGS:
        return source, {}, None
    content = _yaml(_text_of(path), path.name)
    if not isinstance(content, dict) or not isinstance(content.get("kind"), str):
        raise SettingsError(f'{path.name}: must be a mapping with "kind", the name of a reward, and its settings')
    unnamed = [key for key in content if not isinstance(key, str)]
    if unnamed:
        raise SettingsError(f"{path.name}: a setting's name must be a text; got {unnamed[0]!r}")
    return content["kind"], {key: value for key, value in content.items() if key != "kind"}, path.parent


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path.name}: cannot be read ({error.strerror})") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path.name}, line {line}: is not UTF-8; save the file as UTF-8") from None


def _yaml(text: str, where: str) -> Any:
    try:
        return yaml.load(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise SettingsError(f"{where}{line}: is not plain YAML ({error.problem or error.context})") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise SettingsError(f"{where}: is not plain YAML ({type(error).__name__})") from None


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
