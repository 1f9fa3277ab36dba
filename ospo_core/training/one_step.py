"""What one optimizer step would do to every token's log-probability, under two kinds of advantages from one start.

A fresh adapter is put on the policy (or its own is taken), one AdamW step is made on TRL's token-level loss with each
kind of advantages, and the same responses are read again. Tokens share weights, so a change bleeds into others: it
shows a direction, it is no forecast of a training. Cost: three readings and two backward passes of every response.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ospo_core.errors import InputError
from ospo_core.training.policy import prompt_ids

LEARNING_RATE = 1e-3
"""Ten times the learning rate that training starts from: a single step at that one moves hardly anything."""
RANK = 16
"""Of a fresh adapter."""
RESPONSES_AT_ONCE = 4

Report = Callable[[int, int], None]
"""Parts done and in all; whatever it raises stops the work."""


@dataclass(frozen=True, kw_only=True)
class Advised:
    """A response with the advantages of its tokens under each name.

    Attributes:
        text: the response.
        starts: where its tokens begin, in code points, as the advantages count them.
        advantages: by name, one a token.
        eos: by name, of the end of the sequence.
    """

    text: str
    starts: Sequence[int]
    advantages: Mapping[str, Sequence[float]]
    eos: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One response before the step, and how far each step moved its tokens. The end of the sequence is the last.

    Attributes:
        ranges: half-open code points of the policy's own tokens; the end is empty.
        before: natural logarithms of their probabilities.
        advantages, changes: by name, one a token.
    """

    ranges: tuple[tuple[int, int], ...]
    before: Float64[ndarray, "t"]
    advantages: Mapping[str, Float64[ndarray, "t"]]
    changes: Mapping[str, Float64[ndarray, "t"]]


@dataclass(frozen=True, kw_only=True)
class OneStep:
    """Both steps beside one another.

    Attributes:
        responses: in the order given.
        cosine: between the two gradients.
        opposed: share of the tokens that the two steps move in opposite directions.
        follow: by name, the correlation of the changes with the advantages; None where either does not vary.
        learning_rate: of the step.
        adapter: which one made the step, in words.
    """

    responses: tuple[Moved, ...]
    cosine: float
    opposed: float
    follow: Mapping[str, float | None]
    learning_rate: float
    adapter: str


def one_step(
    policy: PreTrainedModel | PeftModel,
    tokenizer: PreTrainedTokenizerFast,
    prompt: str,
    responses: Sequence[Advised],
    *,
    learning_rate: float = LEARNING_RATE,
    seed: int = 0,
    report: Report = lambda done, planned: None,
) -> OneStep:
    """One step under each name from the same weights; the policy is left as it was.

    Args:
        policy: a causal model; of a PeftModel the trainable adapter makes the step, else a fresh one.
        tokenizer: the policy's own, with its chat template if it has one.
        prompt: the user's turn.
        responses: at least one, all with the same two names.
        learning_rate: of AdamW's first step, which moves every weight by about this much.
        seed: of a fresh adapter.
        report: called after each part.

    Raises: InputError: there is no response, or not two names.
    """
    names = list(responses[0].advantages) if responses else []
    if len(names) != 2 or any(list(one.advantages) != names for one in responses):
        raise InputError("a preview needs at least one response, and two kinds of advantages for each")
    read = [_Read.of(tokenizer, prompt, one) for one in responses]
    with _Stepper(policy, seed) as stepper:
        parts = _Parts(5 * -(-len(read) // RESPONSES_AT_ONCE), report)
        before = stepper.log_probabilities(read, parts)
        gradients = {name: stepper.gradient(read, name, parts) for name in names}
        after = {name: stepper.after(gradients[name], learning_rate, read, parts) for name in names}
    moved = tuple(
        Moved(
            ranges=one.ranges,
            before=before[row],
            advantages=one.advantages,
            changes={name: after[name][row] - before[row] for name in names},
        )
        for row, one in enumerate(read)
    )
    adapter = f"fresh adapter, rank {RANK}" if stepper.fresh else "the policy's own adapter"
    return _compared(moved, names, gradients, learning_rate, adapter)


def _compared(
    moved: tuple[Moved, ...],
    names: Sequence[str],
    gradients: Mapping[str, Tensor],
    learning_rate: float,
    adapter: str,
) -> OneStep:
    first, second = (gradients[name].double() for name in names)
    changes = {name: np.concatenate([one.changes[name] for one in moved]) for name in names}
    advantages = {name: np.concatenate([one.advantages[name] for one in moved]) for name in names}
    return OneStep(
        responses=moved,
        cosine=float(first @ second / (first.norm() * second.norm()).clamp(min=1e-300)),
        opposed=float(np.mean(np.sign(changes[names[0]]) * np.sign(changes[names[1]]) < 0)),
        follow={name: _correlation(changes[name], advantages[name]) for name in names},
        learning_rate=learning_rate,
        adapter=adapter,
    )


def _correlation(a: ndarray, b: ndarray) -> float | None:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else None


@dataclass
class _Parts:
    """Counts what is done."""

    planned: int
    report: Report
    done: int = 0

    def each(self, rows: Sequence[_Read]) -> Iterator[Sequence[_Read]]:
        """A few responses at a time."""
        for first in range(0, len(rows), RESPONSES_AT_ONCE):
            yield rows[first : first + RESPONSES_AT_ONCE]
            self.done += 1
            self.report(self.done, self.planned)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A response as the policy reads it: prompt ids, its own ids with the end, and what each is advised."""

    prompt: Sequence[int]
    ids: Sequence[int]
    ranges: tuple[tuple[int, int], ...]
    advantages: Mapping[str, Float64[ndarray, "t"]]

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerFast, prompt: str, one: Advised) -> _Read:
        encoded = tokenizer(one.text, add_special_tokens=False, return_offsets_mapping=True)
        ranges = [(int(a), int(b)) for a, b in encoded["offset_mapping"]]
        end = tokenizer.eos_token_id
        assert isinstance(end, int)
        cells = [int(np.searchsorted(one.starts, a, side="right")) - 1 for a, _ in ranges]
        return cls(
            prompt=prompt_ids(tokenizer, prompt),
            ids=[*map(int, encoded["input_ids"]), end],
            ranges=(*ranges, (len(one.text), len(one.text))),
            advantages={
                name: np.array([*(values[cell] for cell in cells), one.eos[name]], dtype=np.float64)
                for name, values in one.advantages.items()
            },
        )


class _Stepper:
    """The policy with the adapter that steps; on leaving, the policy is as it was."""

    def __init__(self, policy: PreTrainedModel | PeftModel, seed: int) -> None:
        self.fresh = not isinstance(policy, PeftModel)
        self._policy, self._training = policy, policy.training
        self._trainable = {name: weight.requires_grad for name, weight in policy.named_parameters()}
        if isinstance(policy, PeftModel):
            self._model = policy
        else:
            torch.manual_seed(seed)
            lora = LoraConfig(
                r=RANK, lora_alpha=2 * RANK, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
            )
            self._model = get_peft_model(policy, lora)
        self._weights = [weight for weight in self._model.parameters() if weight.requires_grad]
        self._start = deepcopy([weight.detach() for weight in self._weights])

    def __enter__(self) -> _Stepper:
        self._model.eval()
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()
        if self.fresh:
            self._model.unload()
        for name, weight in self._policy.named_parameters():
            weight.requires_grad_(self._trainable[name])
        self._policy.train(self._training)

    def log_probabilities(self, rows: Sequence[_Read], parts: _Parts) -> list[Float64[ndarray, "t"]]:
        """Of every response's own tokens."""
        with torch.inference_mode():
            return [
                one.double().cpu().numpy()
                for some in parts.each(rows)
                for one in _own_log_probabilities(self._model, some)
            ]

    def gradient(self, rows: Sequence[_Read], name: str, parts: _Parts) -> Tensor:
        """Of the token-level loss -sum A log p / tokens, over the adapter's weights, flat."""
        tokens = sum(len(one.ids) for one in rows)
        self._model.zero_grad(set_to_none=True)
        for some in parts.each(rows):
            for one, logs in zip(some, _own_log_probabilities(self._model, some), strict=True):
                advantages = torch.as_tensor(one.advantages[name], dtype=logs.dtype, device=logs.device)
                (-(advantages * logs).sum() / tokens).backward(retain_graph=one is not some[-1])
        return torch.cat([self._slope(weight).flatten() for weight in self._weights])

    def after(
        self, gradient: Tensor, learning_rate: float, rows: Sequence[_Read], parts: _Parts
    ) -> list[Float64[ndarray, "t"]]:
        """Log-probabilities after AdamW's first step along this gradient; the adapter is put back."""
        optimizer = torch.optim.AdamW(self._weights, lr=learning_rate, weight_decay=0.0)
        for weight, slope in zip(self._weights, gradient.split([one.numel() for one in self._weights]), strict=True):
            weight.grad = slope.view_as(weight).clone()
        optimizer.step()
        found = self.log_probabilities(rows, parts)
        self._restore()
        return found

    def _restore(self) -> None:
        with torch.no_grad():
            for weight, start in zip(self._weights, self._start, strict=True):
                weight.copy_(start)
                weight.grad = None

    @staticmethod
    def _slope(weight: Tensor) -> Tensor:
        return torch.zeros_like(weight) if weight.grad is None else weight.grad.detach().clone()


def _fresh_adapter() -> LoraConfig:
    return LoraConfig(r=RANK, lora_alpha=2 * RANK, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM")


def _own_log_probabilities(model: PeftModel, rows: Sequence[_Read]) -> list[Tensor]:
    """(T_i,) of each response, in one padded batch."""
    device = next(model.parameters()).device
    longest = max(len(one.prompt) + len(one.ids) for one in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, one in enumerate(rows):
        whole = torch.tensor([*one.prompt, *one.ids])
        ids[row, : len(whole)], mask[row, : len(whole)] = whole, 1
    logits = model(input_ids=ids.to(device), attention_mask=mask.to(device)).logits
    found = []
    for row, one in enumerate(rows):
        first = len(one.prompt) - 1
        own = logits[row, first : first + len(one.ids)].float()
        wanted = torch.tensor(one.ids, device=device)[:, None]
        found.append(own.log_softmax(dim=-1).gather(1, wanted)[:, 0])
    return found
