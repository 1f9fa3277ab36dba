"""A group of responses under one redistribution rule: rewards, GRPO's flat advantages, token advantages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ospo_core.attribution import Attribution, Options, Subject, budget_of
from ospo_core.errors import InputError, SettingsError
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.methods import Findings, StoppedTooEarly, method_named
from ospo_core.estimators.past_conditioned import PastConditioned
from ospo_core.games.ledger import Interrupted, Ledger, Watch
from ospo_core.games.masking import masking_named
from ospo_core.games.response_game import response_game
from ospo_core.models.tokenizer import TokenOffsets, load_tokenizer
from ospo_core.redistribution.clipping import clip_cut, clip_given_back
from ospo_core.redistribution.group import EPSILON, Group, Prefixes, TokenAdvantages, Units
from ospo_core.redistribution.named import Measured, Needs, Rule, rule_named
from ospo_core.rewards.reward import Reward
from ospo_core.text.hierarchy import Hierarchy

MOST_RESPONSES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Bound on token advantages in sigma; the clipped mass is given back evenly, or cut as in the paper."""

    bound: float
    gives_back: bool = True

    def __post_init__(self) -> None:
        if not self.bound > 0:
            raise SettingsError(f"a clip bound must be above 0, got {self.bound}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redistribution:
    """How credit becomes advantages: rule name, clip, and the weight of `hybrid` and `blend`."""

    rule: str = "signed"
    clip: Clip | None = None
    weight: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 1:
            raise SettingsError(f"the weight of hybrid and blend lies between 0 and 1, got {self.weight}")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One group under one rule. `advantages` and `eos` are unclipped where `redistribution.clip` is None.

    Attributes:
        attributions: one a response, in the order given.
        mean, std: of the rewards (sample standard deviation).
        flat: (G,) GRPO's advantages.
        advantages: per response, one value a token.
        standard_errors: the same, or None where the rule or the credit gives none.
        eos: per response, of the end-of-sequence token.
        clipped_tokens: tokens that the clip changed from beyond its bound.
    """

    attributions: tuple[Attribution, ...]
    redistribution: Redistribution
    rule: Rule
    mean: float
    std: float
    flat: tuple[float, ...]
    advantages: tuple[tuple[float, ...], ...]
    standard_errors: tuple[tuple[float, ...] | None, ...]
    eos: tuple[float, ...]
    clipped_tokens: int

    @property
    def conserves(self) -> bool:
        """Rule and clip together promise that token advantages sum to T A."""
        clip = self.redistribution.clip
        return self.rule.conserves and (clip is None or clip.gives_back)

    @property
    def conservation_error(self) -> float:
        """Largest |sum of token advantages - T A| / max(1, |T A|) over the responses, promised or not."""
        errors = []
        for tokens, flat in zip(self.advantages, self.flat, strict=True):
            target = len(tokens) * flat
            errors.append(abs(float(np.sum(tokens)) - target) / max(1.0, abs(target)))
        return max(errors)

    def _repr_html_(self) -> str:
        # A notebook asks the object itself for its picture; nothing else here looks ahead in the data flow.
        from ospo_core.documents import compare_document
        from ospo_core.report.notebook import notebook_html

        return notebook_html(compare_document(self))


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One response with everything measured of it."""

    attribution: Attribution
    prefixes: np.ndarray | None = None
    units: PastConditioned | None = None


def compare(
    prompt: str,
    responses: Sequence[str],
    reward: Reward,
    redistribution: Redistribution | None = None,
    options: Options | None = None,
    *,
    watch: Watch | None = None,
) -> Comparison:
    """Token advantages of a group of responses to one prompt.

    With `options.method` auto, rules that use no Owen credit (uniform, prefix, past_conditioned, blend) get the
    past-conditioned credit beside them, at two evaluations a player instead of a whole budget a response.
    Raises: as `attribute`; SettingsError also for a rule that the method's credit cannot serve.
    """
    redistribution, options = redistribution or Redistribution(), options or Options()
    rule = rule_named(redistribution.rule)
    options = _with_method(rule, options)
    if not 1 <= len(responses) <= MOST_RESPONSES:
        raise InputError(f"a group has 1 to {MOST_RESPONSES} responses, got {len(responses)}")
    tokenizer = load_tokenizer(options.tokenizer)
    rows = [_measure(prompt, response, reward, rule, options, tokenizer, watch) for response in responses]
    return redistribute(rows, redistribution)


def place_in_group(
    attribution: Attribution, rewards: Sequence[float], index: int, redistribution: Redistribution | None = None
) -> Comparison:
    """The token advantages of one explained response among a group of which only the rewards are known.

    Raises: SettingsError: the rule needs more of the other responses than their rewards.
    """
    redistribution = redistribution or Redistribution()
    rule = rule_named(redistribution.rule)
    if rule.name in ("return_to_go",) or rule.needs in (Needs.PREFIXES, Needs.UNITS):
        raise SettingsError(f"rule {rule.name} needs the credit of every response of the group; use compare")
    _check_credit_serves(rule, efficient=attribution.estimate.efficient, method=attribution.estimate.name)
    return redistribute([_Row(attribution=attribution)], redistribution, all_rewards=(rewards, index))


def redistribute(
    rows: Sequence[_Row], redistribution: Redistribution, *, all_rewards: tuple[Sequence[float], int] | None = None
) -> Comparison:
    """Apply the rule and the clip to what was measured. Pure: evaluates nothing."""
    rule = rule_named(redistribution.rule)
    rewards, first = all_rewards or ([row.attribution.reward for row in rows], 0)
    credits = [row.attribution.hierarchy.spread(row.attribution.estimate.credit) for row in rows]
    mask, credit = _padded(credits, before=first, after=len(rewards) - first - len(rows))
    group = Group(
        rewards=torch.tensor(list(rewards), dtype=torch.float64),
        baseline=rows[0].attribution.baseline,
        mask=mask,
        credit=credit,
    )
    measured = Measured(group=group, prefixes=_prefixes_of(rows), units=_units_of(rows))
    advantages = rule.apply(measured, redistribution.weight)
    clipped, count = _clipped(advantages, mask, redistribution.clip)
    own = slice(first, first + len(rows))
    lengths = [len(row.attribution.hierarchy.tokens) for row in rows]
    return Comparison(
        attributions=tuple(row.attribution for row in rows),
        redistribution=redistribution,
        rule=rule,
        mean=float(group.mean),
        std=float(group.spread),
        flat=tuple(group.flat[own].tolist()),
        advantages=tuple(
            tuple(values[:length].tolist()) for values, length in zip(clipped.tokens[own], lengths, strict=True)
        ),
        standard_errors=tuple(_standard_errors(row.attribution, rule, group) for row in rows),
        eos=tuple(clipped.eos[own].tolist()),
        clipped_tokens=count,
    )


def _with_method(rule: Rule, options: Options) -> Options:
    """Fill in the method that is cheapest for the rule; refuse a credit that cannot serve it."""
    needs_credit = rule.needs in (Needs.CREDIT, Needs.EFFICIENT_CREDIT)
    if options.method == "auto" and not needs_credit:
        return replace(options, method="past-conditioned")
    method_named(options.method)
    _check_credit_serves(rule, efficient=options.method not in ("paper", "past-conditioned"), method=options.method)
    return options


def _check_credit_serves(rule: Rule, *, efficient: bool, method: str) -> None:
    if rule.needs is Needs.EFFICIENT_CREDIT and not efficient:
        raise SettingsError(
            f"rule {rule.name} needs {rule.needs.value}, which method {method} does not give; "
            "use method auto, or rule proportional or rank"
        )


def _measure(
    prompt: str,
    response: str,
    reward: Reward,
    rule: Rule,
    options: Options,
    tokenizer: TokenOffsets,
    watch: Watch | None,
) -> _Row:
    """Prefixes or units first, out of the same budget, then the credit."""
    subject = Subject.of(prompt, response, reward, options, tokenizer=tokenizer, watch=watch)
    prefixes = units = None
    try:
        if rule.needs is Needs.PREFIXES:
            prefixes = _token_prefixes(subject, options, watch)
            subject = Subject.of(
                prompt, response, reward, options, tokenizer=tokenizer, watch=watch, spent=len(prefixes)
            )
        if rule.needs is Needs.UNITS:
            units = PastConditioned.measure(subject.ledger)
        attribution = subject.attribution(method_named(options.method))
    except (Interrupted, StoppedTooEarly) as stop:
        if rule.needs in (Needs.PREFIXES, Needs.UNITS):
            raise StoppedTooEarly(f"stopped before rule {rule.name} had what it needs; nothing to keep") from stop
        attribution = _not_computed(subject)
    return _Row(attribution=attribution, prefixes=prefixes, units=units)


def _not_computed(subject: Subject) -> Attribution:
    """The response's two ends only, its credit split evenly: what a stopped comparison keeps of the rest."""
    n = subject.hierarchy.tree.n_players
    ends = np.array([[False] * n, [True] * n])
    unwatched = Ledger(subject.ledger.game, max_evaluations=2)
    baseline, reward = unwatched.worths(ends).tolist()
    subject = replace(subject, ledger=unwatched)
    even = Estimate(
        name="even-split",
        credit=np.full(n, (reward - baseline) / n),
        error_factor=None,
        unbiased=False,
        efficient=True,
        evaluations=2,
    )
    reason = "stopped before this response was explained; its credit is split evenly"
    return subject.concluded(Findings(estimates=(even,), reason=reason, partial=True))


def _token_prefixes(subject: Subject, options: Options, watch: Watch | None) -> np.ndarray:
    """v(prefix before token t) for every token, then the whole: T + 1 values."""
    hierarchy = subject.hierarchy
    game = response_game(
        prompt=subject.prompt,
        text=hierarchy.text,
        players=hierarchy.tokens,
        reward=subject.reward,
        masking=masking_named(options.masking, placeholder=options.placeholder),
    )
    count = len(hierarchy.tokens)
    ledger = Ledger(game, max_evaluations=budget_of(options, hierarchy), watch=watch)
    ledger.plan(count + 1)
    return ledger.worths(np.tri(count + 1, count, -1, dtype=bool))


def _padded(values: Sequence[np.ndarray], *, before: int = 0, after: int = 0) -> tuple[Tensor, Tensor]:
    """(mask, values) as (G, T) tensors, with empty rows for responses of which only the reward is known."""
    longest = max(len(row) for row in values)
    mask = torch.zeros(before + len(values) + after, longest, dtype=torch.bool)
    padded = torch.zeros(mask.shape, dtype=torch.float64)
    for index, row in enumerate(values, start=before):
        mask[index, : len(row)] = True
        padded[index, : len(row)] = torch.from_numpy(np.asarray(row, dtype=np.float64))
    return mask, padded


def _prefixes_of(rows: Sequence[_Row]) -> Prefixes | None:
    measured = [row.prefixes[:-1] for row in rows if row.prefixes is not None]
    return Prefixes(before=_padded(measured)[1]) if measured else None


def _units_of(rows: Sequence[_Row]) -> Units | None:
    """Worths around each token's player, repeated on each of its tokens."""
    measured = [(row.units, np.array(row.attribution.hierarchy.player_of_token)) for row in rows if row.units]
    if not measured:
        return None
    return Units(
        before=_padded([units.prefixes[player] for units, player in measured])[1],
        after=_padded([units.prefixes[player + 1] for units, player in measured])[1],
        without=_padded([units.without[player] for units, player in measured])[1],
    )


def _clipped(advantages: TokenAdvantages, mask: Tensor, clip: Clip | None) -> tuple[TokenAdvantages, int]:
    if clip is None:
        return advantages, 0
    beyond = int((advantages.tokens.abs() > clip.bound).sum())
    tokens = (
        clip_given_back(advantages.tokens, mask, clip.bound)
        if clip.gives_back
        else clip_cut(advantages.tokens, clip.bound)
    )
    return TokenAdvantages(tokens, clip_cut(advantages.eos, clip.bound)), beyond


def _standard_errors(attribution: Attribution, rule: Rule, group: Group) -> tuple[float, ...] | None:
    """Of the unclipped advantages, the rewards taken as exact. Known for uniform (0) and signed."""
    count = len(attribution.hierarchy.tokens)
    if rule.name == "uniform" or (rule.name == "signed" and not group.has_spread):
        return (0.0,) * count
    players = attribution.estimate.standard_error(np.eye(attribution.hierarchy.tree.n_players, dtype=bool))
    if rule.name != "signed" or players is None:
        return None
    return tuple((count * attribution.hierarchy.spread(players) / (float(group.spread) + EPSILON)).tolist())


__all__ = ["Clip", "Comparison", "Hierarchy", "Redistribution", "compare", "place_in_group", "redistribute"]
