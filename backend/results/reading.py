"""One explained response, or one rule's comparison, out of the document of a run of either kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.problems import invalid
from ospo_core.report.group_member import group_member


def rules_of(document: dict[str, Any]) -> list[str]:
    """The rules that a group was compared under."""
    return [comparison["rule"] for comparison in document["comparisons"]]


def comparison_of(
    document: dict[str, Any], rule: str | None, where: Sequence[str] = ("query", "rule")
) -> dict[str, Any]:
    """A group under one rule, the first where none is named. Raises: ProblemError: 422, it has no such rule."""
    found = [one for one in document["comparisons"] if rule in (None, one["rule"])]
    if not found:
        raise invalid(where, "the group was not compared under this rule")
    return found[0]


def explained_of(document: dict[str, Any], rule: str | None, index: int | None, side: str = "") -> dict[str, Any]:
    """An explained response: the document itself, or a group's response with its place in the group.

    Args:
        document: of a run of either kind; rule and index are of groups, and are not looked at without one.
        rule: None is the first.
        index: None is the first.
        side: what stands before the names of the two in a problem.

    Raises:
        ProblemError: 422, the group has no such rule or response.
    """
    if document["kind"] != "group":
        return document
    comparison = comparison_of(document, rule, ("query", f"{side}rule"))
    place = index or 0
    if place >= len(comparison["responses"]):
        raise invalid(("query", f"{side}index"), "the group has no such response; the first one is 0")
    return group_member(comparison, place)
