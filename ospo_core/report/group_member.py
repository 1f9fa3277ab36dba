"""A response of a compared group in the form of an explained one, so that one reader serves both documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def group_member(document: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The explain document of one response of a compare document; its advantages come without intervals.

    The cost of the group is what explaining the other members took.
    """
    rows = document["responses"]
    own = rows[index]
    others = [row["cost"] for row in rows if row is not own]
    group = {
        "rewards": [row["reward"] for row in rows],
        "index": index,
        "mean": document["mean"],
        "std": document["std"],
        "rule": document["rule"],
        "clip": document["clip"],
        "advantage": own["advantage"],
        "token_advantages": own["token_advantages"],
        "standard_errors": None,
        "intervals": None,
        "cost": {name: sum(cost[name] for cost in others) for name in own["cost"]},
    }
    shared = {"schema_version": document["schema_version"], "kind": "explain", "prompt": document["prompt"]}
    return {**own, **shared, "group": group}
