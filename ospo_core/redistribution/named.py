"""The rules by name: what each needs to be measured, what it keeps, and how it is applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from torch import Tensor

from ospo_core.errors import SettingsError
from ospo_core.redistribution import rules
from ospo_core.redistribution.group import Group, Prefixes, TokenAdvantages, Units


class Needs(StrEnum):
    """What must be measured of every response before the rule can be applied."""

    NOTHING = "nothing beside the rewards"
    CREDIT = "a credit of every token"
    EFFICIENT_CREDIT = "a credit that sums to the reward"
    PREFIXES = "the reward of every prefix"
    UNITS = "the reward around every player"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A group with what its rule needs; `prefixes` and `units` are None where the rule does not need them."""

    group: Group
    prefixes: Prefixes | None = None
    units: Units | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A redistribution rule. `conserves`: token advantages sum to T A. `invariant` says in words what it keeps."""

    name: str
    needs: Needs
    conserves: bool
    invariant: str
    apply: Callable[[Measured, float], TokenAdvantages]


def _of_group(function: Callable[[Group], Tensor]) -> Callable[[Measured, float], TokenAdvantages]:
    return lambda measured, _: TokenAdvantages(function(measured.group), measured.group.flat)


def _hybrid(measured: Measured, weight: float) -> TokenAdvantages:
    return TokenAdvantages(rules.hybrid(measured.group, weight), measured.group.flat)


def _prefix(measured: Measured, _: float) -> TokenAdvantages:
    assert measured.prefixes is not None
    return TokenAdvantages(rules.prefix(measured.group, measured.prefixes), measured.group.flat)


def _past_conditioned(measured: Measured, _: float) -> TokenAdvantages:
    assert measured.units is not None
    return rules.past_conditioned(measured.group, measured.units)


def _blend(measured: Measured, weight: float) -> TokenAdvantages:
    assert measured.units is not None
    return rules.blend(measured.group, measured.units, weight)


_SUM = "each response's token advantages sum to its tokens times its flat advantage"
_SIGN = f"{_SUM}; no token's sign differs from the flat advantage's"
_POSITION = "at every position the advantages of the responses that reach it sum to zero"

RULES: tuple[Rule, ...] = (
    Rule(
        name="uniform",
        needs=Needs.NOTHING,
        conserves=True,
        invariant="every token has the flat advantage: this is GRPO",
        apply=_of_group(rules.uniform),
    ),
    Rule(
        name="proportional",
        needs=Needs.CREDIT,
        conserves=True,
        invariant=_SIGN,
        apply=_of_group(rules.proportional),
    ),
    Rule(name="rank", needs=Needs.CREDIT, conserves=True, invariant=_SIGN, apply=_of_group(rules.rank)),
    Rule(
        name="rank_as_published",
        needs=Needs.CREDIT,
        conserves=True,
        invariant=f"{_SIGN}; the highest credit has the lowest weight, as in the published code",
        apply=_of_group(rules.rank_as_published),
    ),
    Rule(name="hybrid", needs=Needs.CREDIT, conserves=True, invariant=_SIGN, apply=_hybrid),
    Rule(name="signed", needs=Needs.EFFICIENT_CREDIT, conserves=True, invariant=_SUM, apply=_of_group(rules.signed)),
    Rule(
        name="return_to_go",
        needs=Needs.EFFICIENT_CREDIT,
        conserves=False,
        invariant=_POSITION,
        apply=_of_group(rules.return_to_go),
    ),
    Rule(name="prefix", needs=Needs.PREFIXES, conserves=False, invariant=_POSITION, apply=_prefix),
    Rule(
        name="past_conditioned",
        needs=Needs.UNITS,
        conserves=False,
        invariant="every advantage lies within 2; no sum is kept",
        apply=_past_conditioned,
    ),
    Rule(
        name="blend",
        needs=Needs.UNITS,
        conserves=False,
        invariant="a weighted mean of past_conditioned and uniform; no sum is kept",
        apply=_blend,
    ),
)


def rule_named(name: str) -> Rule:
    """The rule of that name. Raises: SettingsError: there is none."""
    for rule in RULES:
        if rule.name == name:
            return rule
    raise SettingsError(f"unknown rule {name!r}; choose one of {', '.join(rule.name for rule in RULES)}")
