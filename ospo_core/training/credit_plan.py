"""What must be evaluated of one completion for a rule, known before anything is, and how credit is read off it.

All completions of a step are planned first, so that their texts are scored in one call.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.redistribution.named import Needs
from ospo_core.shapes import Coalitions, Credit, Worths
from ospo_core.training.completion import Completion
from ospo_core.tree import Tree
from ospo_core.values.consistent import ConsistentCoalitions, count_consistent

_MOST_PAIRS = 64


@dataclass(frozen=True, kw_only=True)
class TokenWorths:
    """What a rule needs of one completion, for its credited tokens in their order; zeros where the rule needs it not.

    Attributes:
        credit: in reward units; sums to the reward minus `baseline` where the rule needs an efficient credit.
        before, after, without: worths around each token's player, as in `redistribution.group.Units`.
        baseline: v(nobody): the worth of what is in every coalition.
    """

    credit: Float64[ndarray, "t"]
    before: Float64[ndarray, "t"]
    after: Float64[ndarray, "t"]
    without: Float64[ndarray, "t"]
    baseline: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CreditPlan:
    """Texts to be scored, repeats among them, and the function that reads their worths, in the same order."""

    texts: Sequence[str]
    read: Callable[[Worths], TokenWorths] = field(repr=False)


def planned(completion: Completion, needs: Needs, *, evaluations: int, seed: int) -> CreditPlan:
    """The plan of one completion.

    Cost: 2P + 1 evaluations of P players for Needs.UNITS, one a token for Needs.PREFIXES. For an Owen value all
    consistent coalitions where they are at most `evaluations`, else as many antithetic pairs of orders as fit, and
    at least one (2P): the estimate is unbiased and sums to the reward minus the baseline either way.
    Raises: TextError: as Completion.
    """
    if completion.n_players == 0:
        return CreditPlan(texts=(), read=lambda _: _nothing(len(completion.tokens)))
    if needs is Needs.UNITS:
        return _around_players(completion)
    if needs is Needs.PREFIXES:
        return _before_tokens(completion)
    return _owen(completion, evaluations, seed)


def _around_players(completion: Completion) -> CreditPlan:
    n, player = completion.n_players, completion.player_of_token
    without = completion.restricted(~np.eye(n, dtype=bool))

    def read(worths: Worths) -> TokenWorths:
        ends, left = worths[: n + 1], worths[n + 1 :]
        credit = ((ends[-1] - left) + np.diff(ends)) / 2
        return TokenWorths(
            credit=credit[player],
            before=ends[:-1][player],
            after=ends[1:][player],
            without=left[player],
            baseline=float(ends[0]),
        )

    return CreditPlan(texts=[*completion.up_to_players(), *without], read=read)


def _before_tokens(completion: Completion) -> CreditPlan:
    def read(worths: Worths) -> TokenWorths:
        nothing = np.zeros(len(worths) - 1)
        credit = np.diff(worths)
        return TokenWorths(credit=credit, before=worths[:-1], after=nothing, without=nothing, baseline=float(worths[0]))

    return CreditPlan(texts=[*completion.up_to_tokens(), completion.text], read=read)


def _owen(completion: Completion, evaluations: int, seed: int) -> CreditPlan:
    tree = completion.tree
    assert tree is not None
    if count_consistent(tree) <= evaluations:
        table = ConsistentCoalitions(tree)
        coalitions, value = table.coalitions, table.value
    else:
        coalitions, value = _pairs(tree, completion, evaluations, seed)
    share = 1 / np.bincount(completion.player_of_token, minlength=completion.n_players)
    player = completion.player_of_token

    def read(worths: Worths) -> TokenWorths:
        nothing = np.zeros(len(player))
        credit = (value(worths[:-2]) * share)[player]
        return TokenWorths(credit=credit, before=nothing, after=nothing, without=nothing, baseline=float(worths[-1]))

    ends = np.stack([np.ones(tree.n_players, dtype=bool), np.zeros(tree.n_players, dtype=bool)])
    return CreditPlan(texts=completion.restricted(np.concatenate([coalitions, ends])), read=read)


def _pairs(
    tree: Tree, completion: Completion, evaluations: int, seed: int
) -> tuple[Coalitions, Callable[[Worths], Credit]]:
    """Antithetic pairs of admissible orders, as many as leave at most `evaluations` distinct texts, at least one.

    The seed of a completion follows from its text: a run that is resumed draws the same orders.
    """
    sampler = OrderSampler(tree, np.random.default_rng([seed, zlib.crc32(completion.text.encode())]))
    walks: list[Coalitions] = []
    orders: list[ndarray] = []
    texts: set[str] = set()
    for _ in range(_MOST_PAIRS):
        order = sampler.draw()
        pair = [prefixes(order), prefixes(order[::-1])]
        texts = texts.union(completion.restricted(np.concatenate(pair)))
        if orders and len(texts) > evaluations:
            break
        walks += pair
        orders += [order, order[::-1]]

    def value(worths: Worths) -> Credit:
        total = np.zeros(tree.n_players)
        for order, steps in zip(orders, worths.reshape(len(orders), -1), strict=True):
            total[order] += np.diff(steps)
        return total / len(orders)

    return np.concatenate(walks), value


def _nothing(tokens: int) -> TokenWorths:
    zeros = np.zeros(tokens)
    return TokenWorths(credit=zeros, before=zeros, after=zeros, without=zeros)
