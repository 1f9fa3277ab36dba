"""A rubric: facts that a good response states, each with a weight, and statements it must not make, with penalties.

Score = (weights of the facts that are met - penalties of the forbidden ones that are met) / all weights; 1 at best.
Knows words and numbers, not meaning: a denied fact counts as stated. Ignores the prompt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ospo_core.errors import SettingsError
from ospo_core.rewards.facts import AllOf, AnyPhrase, Condition, NumberWithin, Pattern, Reading
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.phrase import normalised
from ospo_core.rewards.reward import RewardSpec
from ospo_core.rewards.settings import MOST_WEIGHT, RewardSettings
from ospo_core.shapes import Scores


def _not_blank(phrase: str) -> str:
    if not normalised(phrase):
        raise ValueError("a phrase must not be blank")
    return phrase


def _as_list(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _as_condition(given: object) -> object:
    """A bare phrase in a group is short for a condition."""
    return {"any_of": [given]} if isinstance(given, str) else given


Phrase = Annotated[str, AfterValidator(_not_blank)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1), BeforeValidator(_as_list)]
LARGEST = 1e100
"""Of a quantity: the product of two is finite."""


class NumberSettings(RewardSettings):
    """A number to be found: `value` within the tolerances, or any `other_than` it."""

    value: float | None = Field(None, ge=-LARGEST, le=LARGEST)
    other_than: float | None = Field(None, ge=-LARGEST, le=LARGEST)
    unit: Phrases | None = None
    tolerance: float = Field(0.0, ge=0, le=LARGEST)
    relative_tolerance: float = Field(0.0, ge=0, le=LARGEST)
    near: Phrase | None = None

    @model_validator(mode="after")
    def _one_target(self) -> NumberSettings:
        if (self.value is None) == (self.other_than is None):
            raise ValueError("give either value or other_than")
        return self

    def condition(self) -> NumberWithin:
        """The condition these settings describe."""
        value = self.value if self.other_than is None else self.other_than
        assert value is not None
        return NumberWithin(
            value=value,
            allowed=max(self.tolerance, self.relative_tolerance * abs(value)),
            outside=self.other_than is not None,
            units=tuple(normalised(unit) for unit in self.unit or ()),
            near=normalised(self.near or ""),
        )


class ConditionSettings(RewardSettings):
    """Exactly one of the four kinds of condition."""

    any_of: Phrases | None = None
    all_of: tuple[Annotated[ConditionSettings, BeforeValidator(_as_condition)], ...] | None = Field(None, min_length=1)
    pattern: str | None = Field(None, min_length=1)
    number: NumberSettings | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> ConditionSettings:
        given = [one for one in (self.any_of, self.all_of, self.pattern, self.number) if one is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of any_of, all_of, pattern, number; got {len(given)}")
        return self

    def condition(self) -> Condition:
        """The condition these settings describe. Raises: SettingsError: the pattern is not valid RE2."""
        if self.any_of is not None:
            return AnyPhrase(tuple(normalised(phrase) for phrase in self.any_of))
        if self.all_of is not None:
            return AllOf(tuple(part.condition() for part in self.all_of))
        if self.pattern is not None:
            return Pattern(self.pattern)
        assert self.number is not None
        return self.number.condition()


class FactSettings(ConditionSettings):
    """Something a good response states."""

    name: str = Field(min_length=1)
    weight: float = Field(1.0, gt=0, le=MOST_WEIGHT)


class ForbiddenSettings(ConditionSettings):
    """Something a good response does not state."""

    name: str = Field(min_length=1)
    penalty: float = Field(1.0, gt=0, le=MOST_WEIGHT)


class RubricSettings(RewardSettings):
    """The facts wanted and the statements forbidden."""

    facts: tuple[FactSettings, ...] = Field(min_length=1, description="name, weight and one condition each")
    forbidden: tuple[ForbiddenSettings, ...] = Field((), description="name, penalty and one condition each")

    @model_validator(mode="after")
    def _names_differ(self) -> RubricSettings:
        names = Counter(entry.name for entry in (*self.facts, *self.forbidden))
        twice = sorted(name for name, times in names.items() if times > 1)
        if twice:
            raise ValueError(f"every fact needs a name of its own; given twice: {', '.join(twice)}")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A fact or a forbidden statement; `points` are what it adds to the score when it is met."""

    name: str
    points: float
    condition: Condition


class RubricReward:
    """Weighted facts and penalties. Deterministic, no model; every condition takes time linear in the text."""

    def __init__(self, settings: RubricSettings) -> None:
        total = sum(fact.weight for fact in settings.facts)
        facts = [_Entry(name=f.name, points=f.weight / total, condition=_condition(f)) for f in settings.facts]
        faults = [_Entry(name=f.name, points=-f.penalty / total, condition=_condition(f)) for f in settings.forbidden]
        self._entries = (*facts, *faults)
        self._spec = RewardSpec(kind="rubric", settings=_stated(settings))

    @property
    def spec(self) -> RewardSpec:
        """Every fact and every forbidden statement."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """The rubric's score of each response; below 0 when penalties outweigh facts."""
        return np.array([self._score(Reading(response)) for response in responses], dtype=np.float64)

    def explain(self, response: str) -> list[tuple[str, bool]]:
        """Each fact's name, then each forbidden statement's, and whether the response meets it."""
        reading = Reading(response)
        return [(entry.name, entry.condition.met(reading)) for entry in self._entries]

    def _score(self, reading: Reading) -> float:
        return sum((entry.points for entry in self._entries if entry.condition.met(reading)), start=0.0)


def _condition(entry: FactSettings | ForbiddenSettings) -> Condition:
    try:
        return entry.condition()
    except SettingsError as error:
        raise SettingsError(f"rubric: {entry.name}: {error}") from None


def _stated(settings: RubricSettings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude_none=True)


def build_rubric(settings: RubricSettings, base_folder: Path | None) -> RubricReward:
    """Compile the conditions. Raises: SettingsError: a pattern is not valid RE2."""
    return RubricReward(settings)


RUBRIC = RewardKind(
    name="rubric",
    summary="weighted facts and numbers that the response states, less penalties for what it must not state",
    settings_model=RubricSettings,
    build=build_rubric,
)
