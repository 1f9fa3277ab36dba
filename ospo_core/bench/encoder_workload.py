"""The workload `encoder`: credit for the similarity of an answer to a reference, by the bundled sentence encoder."""

from __future__ import annotations

from dataclasses import dataclass

from ospo_core.attribution import DEFAULT_EVALUATIONS
from ospo_core.bench.contender import Contender
from ospo_core.bench.encoder_contenders import Task, bare_forward, captum_sampling, one_by_one, ours, shap_partition
from ospo_core.bench.rounds import in_turn
from ospo_core.bench.seconds_to_error import LIMIT, arrivals, arrivals_sheet
from ospo_core.bench.short_answer import racers
from ospo_core.bench.texts import ANSWER, ANSWER_PROMPT, ANSWER_REFERENCE, SHORT_ANSWER
from ospo_core.bench.throughput_sheet import OURS, throughput_sheet
from ospo_core.bench.workload import Measured, Tell
from ospo_core.rewards.registry import build_reward

_NOTE = (
    "ospo: the whole of attribute. bare_forward: its texts, tokenized beforehand, sorted all together, forward passes "
    "and nothing else. one_by_one: its texts, one a call. captum: coalitions of its own of the same words. SHAP: its "
    "own defaults, the model's tokens masked by mask tokens. These three call transformers' model as one would "
    "without us; shap_on_our_encoder has ours under it. Texts are shorter or longer: compare tokens/s too."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderWorkload:
    """Ours against a bare forward loop, SHAP, captum and one text at a time.

    Attributes:
        text: whose words' credit is timed.
        short_text: the same for the table of seconds to an error; all its coalitions are evaluated, 2**words.
        budget: most evaluations of ours and of captum. SHAP makes as many as by default.
    """

    name: str = "encoder"
    text: str = ANSWER
    short_text: str = SHORT_ANSWER
    budget: int = DEFAULT_EVALUATIONS

    def measure(self, repeat: int, tell: Tell) -> Measured:
        """As promised by Workload."""
        from ospo_core.bench.plain_similarity import PlainSimilarity  # imports torch

        tell(f"{self.name}: loading the model", 0, 1)
        reward = build_reward("similarity", {"reference": ANSWER_REFERENCE})
        plain = PlainSimilarity(ANSWER_REFERENCE)
        task = Task(prompt=ANSWER_PROMPT, text=self.text, reward=reward, plain=plain, budget=self.budget)
        rows, absent = in_turn(self.name, _contenders(task), repeat, tell)
        tell(f"{self.name}: exact values of a short answer", 0, 1)
        found = arrivals(self.name, racers(ANSWER_PROMPT, self.short_text, reward), repeat, tell)
        return Measured(
            rows=[row.as_json() for row in rows],
            more={"seconds_to_error": [each.as_json() for each in found]},
            sheets=(
                throughput_sheet(f"encoder: MiniLM, an answer of {len(self.text.split())} words", rows, _NOTE),
                arrivals_sheet(f"encoder: seconds to an error of {LIMIT}, {found[0].players} words", found),
            ),
            absent=absent,
        )


def _contenders(task: Task) -> tuple[Contender, ...]:
    texts = task.texts()
    return (
        Contender(name=OURS, prepare=lambda: ours(task)),
        Contender(name="bare_forward", prepare=lambda: bare_forward(texts)),
        Contender(name="shap_default", prepare=lambda: shap_partition(task, task.plain, batch_size=None)),
        Contender(name="shap_batch_64", prepare=lambda: shap_partition(task, task.plain, batch_size=64)),
        Contender(name="shap_on_our_encoder", prepare=lambda: shap_partition(task, task.reward, batch_size=None)),
        Contender(name="captum_shapley_sampling", prepare=lambda: captum_sampling(task)),
        Contender(name="one_by_one", prepare=lambda: one_by_one(task, texts)),
    )
