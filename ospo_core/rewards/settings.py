"""The settings of a reward: their common base, and what is wrong with given ones, in one line a problem.

Knows no reward. Validation is pydantic's; the wording is ours, since an error must name the
setting as the user wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from ospo_core.errors import SettingsError

SHOWN_CHARACTERS = 40
"""A given value longer than this is named by its type and length only."""
MOST_WEIGHT = 1e6
"""Of a part of a reward, either way from 0: weights that add up to infinity would make every score a silent 0."""
MOST_PROBLEMS = 20
"""Of one message: further ones are as like as not the same."""


class RewardSettings(BaseModel):
    """Base of every reward's settings: unknown names are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=BaseModel)


def parsed_settings(model: type[Model], given: Mapping[str, Any], *, where: str) -> Model:
    """`given` as `model`. Raises: SettingsError: one line that names the settings at fault; `where` opens it."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        problems = [_problem(model, detail) for detail in error.errors(include_url=False)[:MOST_PROBLEMS]]
        raise SettingsError(f"{where}: {'; '.join(dict.fromkeys(problems))}") from None
    except RecursionError:
        raise SettingsError(f"{where}: the settings are nested too deeply") from None


def _problem(model: type[BaseModel], detail: ErrorDetails) -> str:
    path = ".".join(str(step) for step in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return _unknown(path, str(detail["loc"][-1]), type_at(model, detail["loc"][:-1]))
    if detail["type"] == "missing":
        return f"{path} is required"
    expected = detail["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    expected = expected[:1].lower() + expected[1:]
    said = "" if detail["type"] == "value_error" else f", got {shown(detail['input'])}"
    return f"{path}: {expected}{said}" if path else f"{expected}{said}"


def _unknown(path: str, name: str, owner: object) -> str:
    legal = list(owner.model_fields) if isinstance(owner, type) and issubclass(owner, BaseModel) else []
    return f"unknown setting {path!r}{did_you_mean(name, legal)}; known here: {', '.join(legal)}"


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A parenthesis with the known name nearest to a mistyped one, or nothing."""
    close = get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def shown(value: object) -> str:
    """A given value for an error message, in one short line: long ones are named by type and length."""
    if isinstance(value, str | int | float | bool | None) and len(repr(value)) <= SHOWN_CHARACTERS:
        return repr(value)
    size = f" of {len(value):,} characters" if isinstance(value, str) else ""
    return f"{_type_name(value)}{size}"


def _type_name(value: object) -> str:
    names = {"str": "a text", "dict": "a mapping", "list": "a list", "tuple": "a list", "int": "a whole number"}
    return names.get(type(value).__name__, f"a value of type {type(value).__name__}")


def type_at(model: object, path: Sequence[int | str]) -> object:
    """The declared type of the setting at a path such as ("facts", 0, "weight"); None where there is none."""
    current = model
    for step in path:
        candidates = _models_in(current)
        fields = [found.model_fields[str(step)] for found in candidates if str(step) in found.model_fields]
        if fields:
            current = fields[0].annotation
        elif not isinstance(step, int) or not candidates:
            return None
    models = _models_in(current)
    return models[0] if len(models) == 1 else current


def _models_in(annotation: object) -> list[type[BaseModel]]:
    """The settings models that an annotation such as `tuple[Fact, ...] | None` mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
