"""The workload `causal`: credit for how likely a reference answer becomes, by the bundled language model.

A long prompt and a short answer: what is saved by computing the prompt once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from ospo_core.attribution import Options, attribute
from ospo_core.bench.contender import Contender, TimedRun
from ospo_core.bench.recording import RecordingReward
from ospo_core.bench.rounds import in_turn
from ospo_core.bench.texts import LEASE_ANSWER, LEASE_PROMPT, LEASE_REFERENCE
from ospo_core.bench.throughput_sheet import OURS, throughput_sheet
from ospo_core.bench.workload import Measured, Tell
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import Reward

if TYPE_CHECKING:
    from ospo_core.bench.whole_texts import WholeText, WholeTexts

_NOTE = (
    "ospo: the whole of attribute by permutations of phrases, the prompt computed in every run. The others: the same "
    "texts with the prompt before each, tokenized beforehand."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalWorkload:
    """Ours, the prompt shared, against whole texts in batches and one by one. `budget`: most evaluations of a run."""

    name: str = "causal"
    prompt: str = LEASE_PROMPT
    text: str = LEASE_ANSWER
    budget: int = 60

    def measure(self, repeat: int, tell: Tell) -> Measured:
        """As promised by Workload."""
        tell(f"{self.name}: loading the model", 0, 1)
        reward = build_reward("likelihood", {"reference": LEASE_REFERENCE})
        rows, absent = in_turn(self.name, self._contenders(reward), repeat, tell)
        title = f"causal: SmolLM2-135M, an answer of {len(self.text.split())} words to a prompt of 400 tokens"
        return Measured(
            rows=[row.as_json() for row in rows], sheets=(throughput_sheet(title, rows, _NOTE),), absent=absent
        )

    def _contenders(self, reward: Reward) -> tuple[Contender, ...]:
        recording, cases = RecordingReward(reward), count(0)
        self._attributed(recording, next(cases))
        model, whole = _whole_texts(self._prompt(0), recording.responses, reward)
        return (
            Contender(name=OURS, prepare=lambda: lambda: self._attributed(reward, next(cases))),
            Contender(name="whole_texts_batched", prepare=lambda: _scoring(model.batched, whole)),
            Contender(name="one_by_one", prepare=lambda: _scoring(model.one_by_one, whole)),
        )

    def _attributed(self, reward: Reward, case: int) -> int:
        # Permutations do not depend on the scores, so that every run evaluates the same texts.
        options = Options(players="phrase", method="permutation", budget=self.budget)
        return attribute(self._prompt(case), self.text, reward, options).cost.evaluations_distinct

    def _prompt(self, case: int) -> str:
        """The prompt with another beginning for each run: the reward keeps prompts that it has read."""
        return f"Case {case}. {self.prompt}"


def _whole_texts(prompt: str, texts: Sequence[str], reward: Reward) -> tuple[WholeTexts, list[WholeText]]:
    """(the plain model, what the reward reads after this prompt, in full)."""
    from ospo_core.bench.whole_texts import WholeTexts  # imports torch

    model, settings = WholeTexts(), reward.spec.settings
    reference, separator = settings["reference"], settings["separator"]
    return model, model.tokenized(prompt, [f"{text}{separator}{reference}" for text in texts], reference)


def _scoring(score: Callable[[Sequence[WholeText]], Sized], whole: Sequence[WholeText]) -> TimedRun:
    score(whole[:1])
    return lambda: len(score(whole))
