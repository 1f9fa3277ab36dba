"""What a rule needs of every completion of a step, measured in one scoring call. Local to a process: gathers nothing.

Processes have different numbers of texts, so a collective in here would hang them; and whatever goes wrong goes wrong
for one completion, which then keeps its flat advantage and is counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from transformers import PreTrainedTokenizerFast

from ospo_core.errors import TextError
from ospo_core.redistribution.named import Needs
from ospo_core.shapes import Worths
from ospo_core.training.completion import Completion
from ospo_core.training.credit_plan import CreditPlan, TokenWorths, planned
from ospo_core.training.generated_tokens import GeneratedTokens

Score = Callable[[Sequence[int], Sequence[str]], Worths]
"""Rewards of texts in the place of completions: numbers of the completions, and for each the text."""


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """How credit is measured: what the rule needs, which players, how many evaluations at most, and the seed."""

    needs: Needs
    players: str = "word"
    evaluations: int = 32
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class CompletionCredit:
    """One completion measured: the places of its credited tokens among the generated ids, and what they are worth."""

    tokens: Sequence[int]
    worths: TokenWorths


@dataclass(frozen=True, kw_only=True)
class StepCredit:
    """A step's completions on this process, in order.

    Attributes:
        completions: None where measuring failed.
        failures: names of the exceptions, one a failed completion; never their messages, which may hold text.
        requested, distinct: evaluations with and without repeats; the reward itself is not among them.
        seconds: of planning, scoring and reading off.
    """

    completions: Sequence[CompletionCredit | None]
    failures: Sequence[str] = ()
    requested: int = 0
    distinct: int = 0
    seconds: float = 0.0


def measure(
    ids: Sequence[Sequence[int]],
    texts: Sequence[str],
    prompts: Sequence[int],
    tokenizer: PreTrainedTokenizerFast,
    score: Score,
    how: Measuring,
) -> StepCredit:
    """Plan every completion, score all distinct texts in one call, read the credit off.

    Args:
        ids: generated, without padding, one sequence a completion.
        texts: what the reward reads of each; credit can be placed where the ids decode to it.
        prompts: for each completion a number; equal numbers have equal prompts, and share evaluations.
        tokenizer: that decodes the ids.
        score: the reward.
        how: what is measured.
    """
    started = time.perf_counter()
    batch = _Batch(prompts=prompts, score=score)
    for number, (generated, text) in enumerate(zip(ids, texts, strict=True)):
        batch.add(number, GeneratedTokens(tuple(generated), tokenizer), text, how)
    measured = batch.measured()
    return StepCredit(
        completions=measured,
        failures=tuple(batch.failures.values()),
        requested=sum(len(plan.texts) for _, plan in batch.plans.values()),
        distinct=len(batch.asked),
        seconds=time.perf_counter() - started,
    )


@dataclass
class _Batch:
    """The plans of a step while they are made and read."""

    prompts: Sequence[int]
    score: Score
    plans: dict[int, tuple[Completion, CreditPlan]] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    asked: dict[tuple[int, str], int] = field(default_factory=dict)

    def add(self, number: int, generated: GeneratedTokens, text: str, how: Measuring) -> None:
        """Plan one completion; what cannot be planned is a failure of that one."""
        try:
            if generated.text != text:
                raise TextError("the reward reads another text than the ids decode to")
            completion = Completion(generated, how.players)
            plan = planned(completion, how.needs, evaluations=how.evaluations, seed=how.seed)
        except Exception as error:  # whatever a text may do to a segmenter, the step goes on without it
            self.failures[number] = type(error).__name__
            return
        self.plans[number] = (completion, plan)
        for asked in plan.texts:
            self.asked.setdefault((self.prompts[number], asked), number)

    def measured(self) -> list[CompletionCredit | None]:
        """In order; None where it failed."""
        known = self._scored_together()
        return [self._read(number, known) for number in range(len(self.prompts))]

    def _scored_together(self) -> dict[tuple[int, str], float] | None:
        """Worths by prompt and text; None where the one call failed, and every completion must be scored alone."""
        try:
            worths = self.score(list(self.asked.values()), [text for _, text in self.asked]) if self.asked else []
        except Exception:  # one bad text must not cost the others their credit
            return None
        return dict(zip(self.asked, worths, strict=True))

    def _read(self, number: int, known: dict[tuple[int, str], float] | None) -> CompletionCredit | None:
        if number not in self.plans:
            return None
        completion, plan = self.plans[number]
        try:
            if known is None:
                worths = self.score([number] * len(plan.texts), plan.texts) if plan.texts else np.zeros(0)
            else:
                worths = np.array([known[self.prompts[number], text] for text in plan.texts], dtype=np.float64)
            if not np.isfinite(worths).all():
                raise FloatingPointError("a worth is not finite")
            return CompletionCredit(tokens=completion.tokens.tolist(), worths=plan.read(worths))
        except Exception as error:  # the same
            self.failures[number] = type(error).__name__
            return None
