"""A response laid out without a reward: how many tokens and players it has, and what explaining it will evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ospo_core.attribution import Options, default_budget
from ospo_core.estimators.paper import MOST_COALITIONS
from ospo_core.models.tokenizer import load_tokenizer
from ospo_core.redistribution.named import Needs, rule_named
from ospo_core.text.hierarchy import build_hierarchy
from ospo_core.text.segmentation import choose_segmenter
from ospo_core.values.consistent import count_consistent

KEPT = 256
CREDIT = (Needs.CREDIT, Needs.EFFICIENT_CREDIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Counts of one response; `exact` is the number of evaluations of the exact value."""

    characters: int
    tokens: int
    players: int
    exact: int

    def credit(self, options: Options) -> int:
        """Evaluations of one credit under these options, within its budget; fewer where texts repeat."""
        if options.method == "past-conditioned":
            return 2 * self.players
        budget = options.budget or default_budget(self.tokens)
        if options.method == "paper":
            return min(MOST_COALITIONS, budget)
        return min(budget, self.exact)

    def group(self, options: Options, rules: Sequence[str]) -> int:
        """The same under several rules, which share what they evaluate."""
        needs = [rule_named(name).needs for name in rules]
        whole = options.method != "auto" or any(need in CREDIT for need in needs)
        first_looks = options.method == "auto" and not all(need in CREDIT for need in needs)
        credit = self.credit(options) if whole else 0
        around_players = 2 * self.players if first_looks or Needs.UNITS in needs else 0
        prefixes = self.tokens + 1 if Needs.PREFIXES in needs else 0
        return credit + around_players + prefixes


def layout_of(response: str, options: Options) -> Layout:
    """Cut the response. Raises: TextError, SettingsError, ModelMissing."""
    return _layout(response, options.player_kind, options.segmenter, options.tokenizer)


@lru_cache(maxsize=KEPT)
def _layout(response: str, players: str, segmenter: str, tokenizer: str | None) -> Layout:
    """Whoever moves a budget's slider asks again and again for the same text."""
    hierarchy = build_hierarchy(
        response,
        players=players,
        segmenter=choose_segmenter(response, segmenter),
        tokenizer=load_tokenizer(tokenizer),
    )
    return Layout(
        characters=len(response),
        tokens=len(hierarchy.tokens),
        players=hierarchy.tree.n_players,
        exact=count_consistent(hierarchy.tree),
    )
