"""The names of the rules, for run files, requests and options. Imports no torch: a wrong name is told at once."""

from __future__ import annotations

from typing import Literal, get_args

RuleName = Literal[
    "uniform",
    "proportional",
    "rank",
    "rank_as_published",
    "hybrid",
    "signed",
    "return_to_go",
    "prefix",
    "past_conditioned",
    "blend",
]

RULE_NAMES: tuple[RuleName, ...] = get_args(RuleName)
