"""A group of responses under one redistribution rule: rewards, GRPO's flat advantages, token advantages."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from torch import Tensor

from ospo_core.attribution import Attribution, Cost, Options, Subject, budget_of, check_prompt
from ospo_core.errors import BudgetTooSmall, InputError, SettingsError, TextError
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.methods import Findings, Show, StoppedTooEarly, method_named, to_nobody
from ospo_core.estimators.past_conditioned import PastConditioned
from ospo_core.games.ledger import EstimateWatch, Interrupted, Ledger, Watch
from ospo_core.games.masking import masking_named
from ospo_core.games.response_game import response_game
from ospo_core.models.metering import metering
from ospo_core.models.tokenizer import TokenOffsets, load_tokenizer
from ospo_core.redistribution.clipping import clip_cut, clip_given_back
from ospo_core.redistribution.group import EPSILON, Group, Prefixes, TokenAdvantages, Units
from ospo_core.redistribution.named import Measured, Needs, Rule, rule_named
from ospo_core.rewards.checked import checked_scores
from ospo_core.rewards.reward import Reward

FEWEST_RESPONSES, MOST_RESPONSES = 2, 64
INEFFICIENT_METHODS = ("paper", "past-conditioned")
"""Their credit does not sum to the reward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Bound on token advantages in sigma; the clipped mass is given back evenly, or cut as in the paper."""

    bound: float
    gives_back: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.bound < math.inf:
            raise SettingsError(f"a clip bound must be a finite number above 0, got {self.bound}")


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

    A `watch` that is an EstimateWatch[Comparison] sees provisional results meanwhile, under rules that need no more
    than credit: responses that wait are split evenly, at two evaluations each.
    """
    redistribution, options = redistribution or Redistribution(), options or Options()
    rule = rule_named(redistribution.rule)
    options = _with_method(rule, options)
    _check_size(responses)
    tokenizer = load_tokenizer(options.tokenizer)
    subjects = [
        _subject(prompt, response, reward, options, tokenizer, watch, number)
        for number, response in enumerate(responses, start=1)
    ]
    rows: list[_Row] = []
    show = _showing(subjects, rows, redistribution, watch)
    for subject in subjects:
        rows.append(_measure(subject, rule, options, watch, show))
    return _redistributed(rows, redistribution)


def _showing(
    subjects: Sequence[Subject], rows: Sequence[_Row], redistribution: Redistribution, watch: Watch | None
) -> Show:
    """`rows` grows meanwhile: the response that is worked on is the one after them."""
    if not isinstance(watch, EstimateWatch) or rule_named(redistribution.rule).needs in (Needs.PREFIXES, Needs.UNITS):
        return to_nobody

    @cache
    def waiting(number: int) -> _Row:
        return _Row(attribution=_not_computed(subjects[number]))

    def show(so_far: Callable[[], Findings]) -> None:
        if not watch.wants_estimate():
            return
        under_way = _Row(attribution=subjects[len(rows)].concluded(so_far()))
        rest = [waiting(number) for number in range(len(rows) + 1, len(subjects))]
        watch.on_estimate(_redistributed([*rows, under_way, *rest], redistribution))

    return show


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The group of a response that is explained: the others' rewards, which are all that is asked of them.

    Attributes:
        responses: all of them, the explained one among them.
        index: its place.
        reward_of: the reward of every other text.
        cost: of measuring these.
    """

    responses: tuple[str, ...]
    index: int
    reward_of: Mapping[str, float]
    cost: Cost

    def rewards(self, own: float) -> tuple[float, ...]:
        """The rewards of the whole group, `own` wherever the explained text stands."""
        return tuple(self.reward_of.get(text, own) for text in self.responses)


def score_peers(prompt: str, responses: Sequence[str], index: int, reward: Reward) -> Peers:
    """Measure the rewards of a group but for the response at `index`, whose own explanation measures it.

    Cost: one evaluation for every other distinct text.
    Raises: InputError: too few responses, or too many. TextError: the prompt is none. RewardError: the reward failed.
    """
    started = time.perf_counter()
    check_prompt(prompt)
    _check_size(responses)
    others = list(dict.fromkeys(text for text in responses if text != responses[index]))
    with metering() as meter:
        scores = checked_scores(reward, [prompt] * len(others), others)
    cost = Cost(
        evaluations_requested=len(responses) - 1,
        evaluations_distinct=len(others),
        evaluations_planned=len(others),
        forward_tokens=meter.forward_tokens,
        seconds=time.perf_counter() - started,
    )
    return Peers(
        responses=tuple(responses), index=index, reward_of=dict(zip(others, scores.tolist(), strict=True)), cost=cost
    )


def place_in_group(attribution: Attribution, peers: Peers, redistribution: Redistribution | None = None) -> Comparison:
    """The token advantages of one explained response among peers of which only the rewards are known.

    Raises: SettingsError: the rule needs more of the other responses than their rewards.
    """
    redistribution = redistribution or Redistribution()
    rule = rule_named(redistribution.rule)
    if rule.name in ("return_to_go",) or rule.needs in (Needs.PREFIXES, Needs.UNITS):
        raise SettingsError(f"rule {rule.name} needs the credit of every response of the group; use compare")
    _check_credit_serves(rule, efficient=attribution.estimate.efficient, method=attribution.estimate.name)
    rewards = peers.rewards(attribution.reward)
    return _redistributed([_Row(attribution=attribution)], redistribution, all_rewards=(rewards, peers.index))


def _redistributed(
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


def _check_size(responses: Sequence[str]) -> None:
    """An advantage is a distance from the others: one response alone has none."""
    if not FEWEST_RESPONSES <= len(responses) <= MOST_RESPONSES:
        raise InputError(
            f"a group has {FEWEST_RESPONSES} to {MOST_RESPONSES} responses, got {len(responses)}; "
            "explain a response on its own where there is no group"
        )


def _with_method(rule: Rule, options: Options) -> Options:
    """Fill in the method that is cheapest for the rule; refuse a credit that cannot serve it."""
    needs_credit = rule.needs in (Needs.CREDIT, Needs.EFFICIENT_CREDIT)
    if options.method == "auto" and not needs_credit:
        return replace(options, method="past-conditioned")
    method_named(options.method)
    _check_credit_serves(rule, efficient=options.method not in INEFFICIENT_METHODS, method=options.method)
    return options


def _check_credit_serves(rule: Rule, *, efficient: bool, method: str) -> None:
    if rule.needs is Needs.EFFICIENT_CREDIT and not efficient:
        raise SettingsError(
            f"rule {rule.name} needs {rule.needs.value}, which method {method} does not give; "
            "use method auto, or rule proportional or rank"
        )


def _subject(
    prompt: str,
    response: str,
    reward: Reward,
    options: Options,
    tokenizer: TokenOffsets,
    watch: Watch | None,
    number: int,
) -> Subject:
    """One response laid out; all of them are before the first is measured, so that a bad one is told at once."""
    check_prompt(prompt)
    try:
        return Subject.of(prompt, response, reward, options, tokenizer=tokenizer, watch=watch)
    except TextError as error:
        raise TextError(f"response {number} of the group: {error}") from error


def _measure(subject: Subject, rule: Rule, options: Options, watch: Watch | None, show: Show) -> _Row:
    """Prefixes or units first, out of the same budget, then the credit."""
    subject = replace(subject, started=time.perf_counter())
    if rule.needs is Needs.PREFIXES:
        return _measure_prefixes(subject, options, watch)
    units = None
    try:
        if rule.needs is Needs.UNITS:
            units = PastConditioned.measure(subject.ledger)
        attribution = subject.attribution(method_named(options.method), show)
    except (Interrupted, StoppedTooEarly) as stop:
        if rule.needs is Needs.UNITS:
            raise _stopped(rule.name) from stop
        attribution = _not_computed(subject)
    return _Row(attribution=attribution, units=units)


def _measure_prefixes(subject: Subject, options: Options, watch: Watch | None) -> _Row:
    """The reward of every prefix, then the credit out of what is left of the budget."""
    tokens = _token_ledger(subject, options, watch)
    count = tokens.game.n_players
    try:
        prefixes = tokens.worths(np.tri(count + 1, count, -1, dtype=bool))
        ledger = Ledger(subject.ledger.game, max_evaluations=tokens.left, watch=watch)
        attribution = replace(subject, ledger=ledger).attribution(method_named(options.method))
    except BudgetTooSmall as short:
        raise _too_small_for_both(short, tokens, subject.hierarchy.tree.n_players) from short
    except (Interrupted, StoppedTooEarly) as stop:
        raise _stopped("prefix") from stop
    return _Row(attribution=_counting(attribution, tokens), prefixes=prefixes)


def _too_small_for_both(short: BudgetTooSmall, tokens: Ledger, n_players: int) -> BudgetTooSmall:
    """Any credit takes two evaluations a player or more; the prefixes come on top."""
    measured = tokens.distinct > 0
    prefixes = tokens.distinct if measured else short.needed
    credit = max(2 * n_players, short.needed if measured else 0)
    return BudgetTooSmall(
        f"rule prefix needs {prefixes} evaluations for the prefixes and {credit} for the credit; "
        f"raise the budget to {prefixes + credit}",
        needed=prefixes + credit,
    )


def _stopped(rule: str) -> StoppedTooEarly:
    return StoppedTooEarly(f"stopped before rule {rule} had what it needs; nothing to keep")


def _not_computed(subject: Subject) -> Attribution:
    """The response's two ends only, its credit split evenly: what a stopped comparison keeps of the rest."""
    n = subject.hierarchy.tree.n_players
    ends = np.array([[False] * n, [True] * n])
    unwatched = Ledger(subject.ledger.game, max_evaluations=2)
    baseline, reward = unwatched.worths(ends).tolist()
    stopped, subject = subject.ledger, replace(subject, ledger=unwatched)
    even = Estimate(
        name="even-split",
        credit=np.full(n, (reward - baseline) / n),
        error_factor=None,
        unbiased=False,
        efficient=True,
        evaluations=2,
    )
    reason = "stopped before this response was explained; its credit is split evenly"
    return _counting(subject.concluded(Findings(estimates=(even,), reason=reason, partial=True)), stopped)


def _counting(attribution: Attribution, ledger: Ledger) -> Attribution:
    """The attribution with the evaluations of another ledger, made for the same response, in its cost."""
    cost = attribution.cost
    counted = replace(
        cost,
        evaluations_requested=cost.evaluations_requested + ledger.requested,
        evaluations_distinct=cost.evaluations_distinct + ledger.distinct,
        evaluations_planned=cost.evaluations_planned + ledger.distinct,
        forward_tokens=cost.forward_tokens + ledger.forward_tokens,
    )
    return replace(attribution, cost=counted)


def _token_ledger(subject: Subject, options: Options, watch: Watch | None) -> Ledger:
    """The ledger of the same response with its tokens as players, for v(prefix before token t) of every t."""
    hierarchy = subject.hierarchy
    game = response_game(
        prompt=subject.prompt,
        text=hierarchy.text,
        players=hierarchy.tokens,
        reward=subject.reward,
        masking=masking_named(options.masking, placeholder=options.placeholder),
    )
    ledger = Ledger(game, max_evaluations=budget_of(options, hierarchy), watch=watch)
    ledger.plan(len(hierarchy.tokens) + 1)
    return ledger


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
