"""The contenders of the workload `encoder`: what each prepares, and what of it is timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ospo_core.attribution import Options, attribute
from ospo_core.bench.captum_sampling import CaptumSampling
from ospo_core.bench.contender import TimedRun
from ospo_core.bench.masked_answer import MaskedAnswer
from ospo_core.bench.recording import RecordingReward
from ospo_core.bench.shap_partition import ShapPartition
from ospo_core.models.metering import count_forward_tokens
from ospo_core.rewards.reward import Reward

_WARM_UP_TEXTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An answer whose words' credit for a reward is asked for, with a budget of evaluations.

    Attributes:
        plain: the same reward without our encoder, for other libraries.
    """

    prompt: str
    text: str
    reward: Reward
    plain: Reward
    budget: int

    def answer(self, reward: Reward) -> MaskedAnswer:
        """The answer for a contender of its own, which counts its own evaluations."""
        return MaskedAnswer.of(self.prompt, self.text, reward)

    def texts(self) -> list[str]:
        """The distinct texts that ours scores, in its order."""
        recording = RecordingReward(self.reward)
        _attributed(self, recording)
        return recording.responses


def ours(task: Task) -> TimedRun:
    """The whole of `attribute`."""
    _attributed(task, task.reward)
    return lambda: _attributed(task, task.reward)


def bare_forward(texts: Sequence[str]) -> TimedRun:
    """The same texts, tokenized beforehand, all in one call."""
    from ospo_core.bench.plain_encoder import PlainEncoder  # imports torch

    encoder = PlainEncoder()
    ids = encoder.tokenized(texts)
    encoder.embeddings(ids[:_WARM_UP_TEXTS])

    def run() -> int:
        encoder.embeddings(ids)
        count_forward_tokens(sum(map(len, ids)))
        return len(ids)

    return run


def shap_partition(task: Task, reward: Reward, batch_size: int | None) -> TimedRun:
    """As many evaluations as SHAP makes by default, with its own masking, in batches of its default size or another."""
    from ospo_core.bench.plain_encoder import PlainEncoder  # imports torch

    answer = task.answer(reward)
    explainer = ShapPartition(answer, PlainEncoder().tokenizer)
    explainer.credit(budget=_WARM_UP_TEXTS)
    return _counted(answer, lambda: explainer.credit(batch_size=batch_size))


def captum_sampling(task: Task) -> TimedRun:
    """As many whole orders as fit the budget, one at least."""
    answer = task.answer(task.plain)
    sampling = CaptumSampling(answer)
    sampling.credit(orders=1, seed=0)
    orders = max(1, task.budget // len(answer.players))
    return _counted(answer, lambda: sampling.credit(orders=orders, seed=0))


def one_by_one(task: Task, texts: Sequence[str]) -> TimedRun:
    """The texts that ours scores, a call of the reward each, as the published OSPO code does."""
    answer = task.answer(task.plain)
    answer.scores(texts[:1])
    return _counted(answer, lambda: [answer.scores([text]) for text in texts])


def _attributed(task: Task, reward: Reward) -> int:
    return attribute(task.prompt, task.text, reward, Options(budget=task.budget)).cost.evaluations_distinct


def _counted(answer: MaskedAnswer, work: Callable[[], object]) -> TimedRun:
    def run() -> int:
        before = answer.evaluations
        work()
        return answer.evaluations - before

    return run
