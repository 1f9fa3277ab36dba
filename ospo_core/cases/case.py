"""A bundled case: a prompt, a group of responses to it, the reward they are judged by, and what to look for.

Knows no engine and builds no reward. Every case is invented by us; its texts are examples, never advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from ospo_core.errors import SettingsError
from ospo_core.rewards.settings import did_you_mean

FEWEST_RESPONSES, MOST_RESPONSES = 4, 8

_NAMES = ("medicine", "law", "finance", "product_search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case, checked on construction.

    Attributes:
        name: what the user writes.
        title: a line for a list.
        look_for: one sentence: what the credit shows in the focus response.
        prompt: what all the responses answer.
        responses: 4 to 8 of them, all different.
        focus: place of the response to explain first.
        reward: `kind`, and beside it the settings of that kind.
        folder: where relative paths in the reward's settings start from.

    Raises: SettingsError: one of these is not so; says which.
    """

    name: str
    title: str
    look_for: str
    prompt: str
    responses: tuple[str, ...]
    focus: int
    reward: Mapping[str, Any]
    folder: Path

    def __post_init__(self) -> None:
        self._check(all(text.strip() for text in (self.title, self.look_for, self.prompt)), "a text is blank")
        self._check(all(text.strip() for text in self.responses), "a response is blank")
        self._check(len(set(self.responses)) == len(self.responses), "two responses are the same")
        count = len(self.responses)
        enough = FEWEST_RESPONSES <= count <= MOST_RESPONSES
        self._check(enough, f"it has {count} responses; {FEWEST_RESPONSES} to {MOST_RESPONSES} are wanted")
        self._check(0 <= self.focus < count, f"focus is {self.focus}; it must be the place of one of {count} responses")
        self._check(isinstance(self.reward.get("kind"), str), 'its reward needs a "kind"')

    def _check(self, holds: bool, problem: str) -> None:
        if not holds:
            raise SettingsError(f"case {self.name}: {problem}")


def case_names() -> tuple[str, ...]:
    """The bundled cases; the one to show first is the first."""
    return _NAMES


def load_case(name: str) -> Case:
    """Read and check a bundled case. Raises: SettingsError: there is none of that name, or its file is not a case."""
    if name not in _NAMES:
        raise SettingsError(
            f"no bundled case is called {name!r}{did_you_mean(name, _NAMES)}; there are: {', '.join(_NAMES)}"
        )
    return read_case(Path(str(files("ospo_core.cases") / name)))


def read_case(folder: Path) -> Case:
    """The case in a folder that holds a `case.yaml` of our own. Raises: SettingsError: the file is not a case."""
    content: object = yaml.safe_load((folder / "case.yaml").read_text("utf-8"))
    wanted = {field.name for field in fields(Case)} - {"name", "folder"}
    if not isinstance(content, dict) or set(content) != wanted:
        raise SettingsError(f"case {folder.name}: case.yaml must hold exactly {', '.join(sorted(wanted))}")
    settings: dict[str, Any] = {**content, "responses": tuple(content["responses"])}
    return Case(name=folder.name, folder=folder, **settings)
