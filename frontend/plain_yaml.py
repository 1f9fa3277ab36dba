"""YAML as readers type or upload it: only what JSON can hold, and no aliases. Knows no screen."""

from __future__ import annotations

import json
from typing import Any

import yaml


class NotPlain(ValueError):
    """The text is none; the message goes on from the name of what it is."""


def plain_yaml(text: str) -> Any:
    """What the text means; None where it is blank. Aliases are refused: a short text of them can mean a very long one.

    Raises: NotPlain.
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise NotPlain("must not use aliases (*)")
        value = yaml.safe_load(text)
        json.dumps(value, allow_nan=False)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" in line {mark.line + 1}"
        raise NotPlain(f"is not YAML{where}") from None
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, NotPlain):
            raise
        raise NotPlain("holds something that is neither text, number, list nor mapping") from None
    return value
