"""The front door: from a prompt and a response to the credit of every token. Wires the rooms, computes nothing.

text -> tree -> game -> values, in that order; `comparison` goes on to redistribution.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ospo_core.errors import TextError
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.methods import Findings, Method, Show, method_named, to_nobody
from ospo_core.games.ledger import EstimateWatch, Ledger, Watch
from ospo_core.games.masking import PLACEHOLDER, Masking, masking_named
from ospo_core.games.response_game import response_game
from ospo_core.models.tokenizer import TokenOffsets, load_tokenizer
from ospo_core.rewards.reward import Reward, RewardSpec
from ospo_core.rewards.window import WindowedReward
from ospo_core.text.hierarchy import Hierarchy, build_hierarchy
from ospo_core.text.segmentation import choose_segmenter
from ospo_core.values.consistent import count_consistent

DEFAULT_EVALUATIONS = 512
"""About 5 s for a 60-word response with the bundled encoder on two CPU cores."""
EVALUATIONS_PER_TOKEN = 4
LONGEST_PROMPT = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to explain a response.

    Attributes:
        players: leaves of the tree: word, token, phrase or sentence; None is word, and phrase for the paper's method.
        masking, placeholder: what absent players look like.
        method: auto, exact, permutation, gaussian-process, past-conditioned or paper.
        budget: most distinct evaluations a response; None is 512, or four a token where that is more.
        seed: of all randomness.
        tokenizer: None is the bundled SmolLM2's; else a hub id or a folder.
        segmenter: auto, english or unicode.
    """

    players: str | None = None
    masking: str = "drop"
    placeholder: str = PLACEHOLDER
    method: str = "auto"
    budget: int | None = None
    seed: int = 0
    tokenizer: str | None = None
    segmenter: str = "auto"

    @property
    def player_kind(self) -> str:
        """The players, with the default of the method filled in."""
        return self.players or ("phrase" if self.method == "paper" else "word")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a credit cost. `requested` counts repeats, `distinct` is what was really evaluated."""

    evaluations_requested: int
    evaluations_distinct: int
    evaluations_planned: int
    forward_tokens: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """The credit of every player of one response, and all that is needed to judge it.

    `reads_to_the_end` is False where the reward's model sees only the beginning: what lies beyond earns nothing.
    """

    prompt: str
    hierarchy: Hierarchy
    baseline: float
    reward: float
    findings: Findings
    consistent_coalitions: int
    masking: Masking
    reward_spec: RewardSpec
    reads_to_the_end: bool
    seed: int
    cost: Cost

    @property
    def estimate(self) -> Estimate:
        """The estimate that is shown."""
        return self.findings.estimate

    @property
    def efficiency_residual(self) -> float:
        """Sum of the credit minus (reward - baseline): 0 but for rounding where the method is efficient."""
        return float(self.estimate.credit.sum()) - (self.reward - self.baseline)

    def _repr_html_(self) -> str:
        # A notebook asks the object itself for its picture; nothing else here looks ahead in the data flow.
        from ospo_core.documents import explain_document
        from ospo_core.report.notebook import notebook_html

        return notebook_html(explain_document(self))


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A response laid out for measuring: its tree, its game's ledger, and the clock."""

    prompt: str
    hierarchy: Hierarchy
    reward: Reward
    masking: Masking
    ledger: Ledger
    seed: int
    started: float

    @classmethod
    def of(
        cls,
        prompt: str,
        response: str,
        reward: Reward,
        options: Options,
        *,
        tokenizer: TokenOffsets | None = None,
        watch: Watch | None = None,
    ) -> Subject:
        """Cut the response and open its ledger.

        Raises: TextError, SettingsError, UnsupportedMasking, BudgetTooSmall, ModelMissing.
        """
        started = time.perf_counter()
        check_prompt(prompt)
        hierarchy = build_hierarchy(
            response,
            players=options.player_kind,
            segmenter=choose_segmenter(response, options.segmenter),
            tokenizer=tokenizer or load_tokenizer(options.tokenizer),
        )
        masking = masking_named(options.masking, placeholder=options.placeholder)
        game = response_game(prompt=prompt, text=response, players=hierarchy.players, reward=reward, masking=masking)
        ledger = Ledger(game, max_evaluations=budget_of(options, hierarchy), watch=watch)
        return cls(
            prompt=prompt,
            hierarchy=hierarchy,
            reward=reward,
            masking=masking,
            ledger=ledger,
            seed=options.seed,
            started=started,
        )

    def attribution(self, method: Method, show: Show = to_nobody) -> Attribution:
        """Let `method` find the credit. Raises: BudgetTooSmall, RewardError, StoppedTooEarly."""
        findings = method.find(self.hierarchy.tree, self.ledger, self.seed, show)
        return self.concluded(findings)

    def concluded(self, findings: Findings) -> Attribution:
        """The result, with the two ends of the game and the cost so far."""
        ends = self.hierarchy.tree.membership[[0, 0]] & [[False], [True]]
        baseline, reward = self.ledger.recall(ends).tolist()
        return Attribution(
            prompt=self.prompt,
            hierarchy=self.hierarchy,
            baseline=baseline,
            reward=reward,
            findings=findings,
            consistent_coalitions=count_consistent(self.hierarchy.tree),
            masking=self.masking,
            reward_spec=self.reward.spec,
            reads_to_the_end=not (
                isinstance(self.reward, WindowedReward) and bool(self.reward.truncated([self.hierarchy.text])[0])
            ),
            seed=self.seed,
            cost=Cost(
                evaluations_requested=self.ledger.requested,
                evaluations_distinct=self.ledger.distinct,
                evaluations_planned=max(self.ledger.planned, self.ledger.distinct),
                forward_tokens=self.ledger.forward_tokens,
                seconds=time.perf_counter() - self.started,
            ),
        )


def attribute(
    prompt: str, response: str, reward: Reward, options: Options | None = None, *, watch: Watch | None = None
) -> Attribution:
    """Owen credit of every player of `response`, in the reward's units.

    Cost: at most the budget in distinct evaluations of the reward.
    Raises: TextError: empty or over-long text. SettingsError: an unknown name. UnsupportedMasking: the reward cannot
        hide text. BudgetTooSmall: says how many evaluations are needed. RewardError: the reward failed, with the
        index and the text. StoppedTooEarly: `watch` stopped the work before there was an estimate.

    A `watch` that is an EstimateWatch[Attribution] sees provisional results meanwhile.
    """
    options = options or Options()
    method = method_named(options.method)
    subject = Subject.of(prompt, response, reward, options, watch=watch)
    return subject.attribution(method, _showing(subject, watch))


def _showing(subject: Subject, watch: Watch | None) -> Show:
    if not isinstance(watch, EstimateWatch):
        return to_nobody

    def show(so_far: Callable[[], Findings]) -> None:
        if watch.wants_estimate():
            watch.on_estimate(subject.concluded(so_far()))

    return show


def budget_of(options: Options, hierarchy: Hierarchy) -> int:
    """The budget asked for, or the default for a response of this length."""
    return options.budget or default_budget(len(hierarchy.tokens))


def default_budget(tokens: int) -> int:
    """The budget of a response of so many tokens where none is asked for."""
    return max(DEFAULT_EVALUATIONS, EVALUATIONS_PER_TOKEN * tokens)


def check_prompt(prompt: str) -> None:
    """Refuse a prompt that is too long or not valid Unicode; an empty one is fine. Raises: TextError."""
    if len(prompt) > LONGEST_PROMPT:
        raise TextError(f"the prompt has {len(prompt)} characters; at most {LONGEST_PROMPT} are accepted")
    bad = _first_surrogate(prompt)
    if bad is not None:
        raise TextError(f"the prompt is not valid Unicode: lone surrogate at character {bad}; save it as UTF-8")


def _first_surrogate(text: Sequence[str]) -> int | None:
    return next((at for at, character in enumerate(text) if "\ud800" <= character <= "\udfff"), None)
