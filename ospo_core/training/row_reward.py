"""A reward's settings for one prompt: those of the run, with the prompt's own put on top. Builds no reward.

A setting goes wherever the reward knows one of its name: to the reward itself, or to every part of a weighted sum.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ospo_core.errors import SettingsError
from ospo_core.rewards.registry import reward_kind
from ospo_core.rewards.settings import parsed_settings

WEIGHTED = "weighted"


def known_settings(reward: Mapping[str, Any]) -> frozenset[str]:
    """Names that a prompt may set of this reward. Raises: SettingsError: a kind that does not exist."""
    return frozenset(name for _, model in _takers(reward) for name in model.model_fields)


def with_row(reward: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the row's on top of those that know them; names that nothing knows are left out."""
    if reward["kind"] == WEIGHTED:
        return {**reward, "parts": [_part_with_row(part, row) for part in reward["parts"]]}
    known = reward_kind(reward["kind"]).settings_model.model_fields
    return {**reward, **{name: value for name, value in row.items() if name in known}}


def check_reward(reward: Mapping[str, Any], where: str) -> None:
    """Parse the settings without building anything. Raises: SettingsError: one line; `where` opens it."""
    kind = reward_kind(reward["kind"])
    own = {name: value for name, value in reward.items() if name != "kind"}
    parsed_settings(kind.settings_model, own, where=f"{where}, {kind.name}")
    if kind.name == WEIGHTED:
        for part in reward["parts"]:
            check_reward(_as_reward(part), where)


def anchored(reward: Mapping[str, Any], folder: Path, where: str) -> dict[str, Any]:
    """The reward with every relative path in it made absolute, from `folder`.

    Raises: SettingsError: it names no kind, or one that does not exist; `where` opens the line.
    """
    if not isinstance(reward.get("kind"), str):
        raise SettingsError(f'{where}: must be a mapping with "kind", the name of a reward, and its settings')
    if reward["kind"] == WEIGHTED:
        return {**reward, "parts": [_anchored_part(part, folder, where) for part in _parts_of(reward, where)]}
    return anchored_settings(reward, reward_kind(reward["kind"]).settings_model, folder)


def anchored_settings(settings: Mapping[str, Any], model: type[BaseModel], folder: Path) -> dict[str, Any]:
    """The settings with relative paths made absolute where the model says that they are paths."""
    paths = {name for name, field in model.model_fields.items() if _is_path(field.annotation)}
    return {
        name: os.path.normpath(folder / value) if name in paths and isinstance(value, str) else value
        for name, value in settings.items()
    }


def anchored_row(row: Mapping[str, Any], reward: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A prompt's own settings with relative paths made absolute, as the reward understands them."""
    for _, model in _takers(reward):
        row = anchored_settings(row, model, folder)
    return dict(row)


def _takers(reward: Mapping[str, Any]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The kinds that a row may set something of: the reward's own, or those of its parts."""
    if reward["kind"] == WEIGHTED:
        for part in reward["parts"]:
            yield from _takers(_as_reward(part))
    else:
        yield reward["kind"], reward_kind(reward["kind"]).settings_model


def _as_reward(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a weighted sum as a reward of its own: there the kind is called `reward`."""
    return {"kind": part["reward"], **{key: value for key, value in part.items() if key not in ("reward", "weight")}}


def _as_part(reward: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    weight = {"weight": part["weight"]} if "weight" in part else {}
    return {"reward": reward["kind"], **weight, **{key: value for key, value in reward.items() if key != "kind"}}


def _part_with_row(part: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return _as_part(with_row(_as_reward(part), row), part)


def _anchored_part(part: Mapping[str, Any], folder: Path, where: str) -> dict[str, Any]:
    return _as_part(anchored(_as_reward(part), folder, where), part)


def _parts_of(reward: Mapping[str, Any], where: str) -> list[Mapping[str, Any]]:
    parts = reward.get("parts")
    if not isinstance(parts, list) or not all(isinstance(part, dict) and "reward" in part for part in parts):
        raise SettingsError(f"{where}: parts must be a list of mappings, each with the kind of its reward")
    return parts


def _is_path(annotation: object) -> bool:
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return any(_is_path(part) for part in get_args(annotation))
    return annotation is Path
