"""The costs that a stored document states."""

from __future__ import annotations

from typing import Any


def costs_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """One a response, of every rule of a group: later rules count what was remembered with what was scored anew."""
    if "cost" in document:
        return [document["cost"]]
    return [response["cost"] for comparison in document["comparisons"] for response in comparison["responses"]]


def costs_of_first(document: dict[str, Any]) -> list[dict[str, Any]]:
    """One a response, of a group under its first rule."""
    first = document if "cost" in document else document["comparisons"][0]
    return [response["cost"] for response in first.get("responses", [document])]
