"""GRPO with an advantage of its own for every token. Two overrides of TRL's trainer; the loss is TRL's.

Owen-Shapley Policy Optimization (arXiv:2601.08403) on TRL's `GRPOTrainer`, which takes advantages of shape (B, T) as
well as (B,). With the rule `uniform` it is GRPO to the bit. Departures from the paper: credit is of whole completions
on the ids that were generated; the rules beside the paper's two are ours; clipped mass is given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import iscoroutinefunction
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast
from trl.trainer.grpo_trainer import GRPOTrainer

from ospo_core.errors import RewardError, SettingsError
from ospo_core.redistribution.named import Needs
from ospo_core.shapes import Worths
from ospo_core.training.completion_credit import Measuring, StepCredit, measure
from ospo_core.training.config import OSPOConfig
from ospo_core.training.packed_credit import PackedCredit, gathered
from ospo_core.training.shares import shares
from ospo_core.training.token_advantages import StepAdvantages, step_advantages


class OSPOTrainer(GRPOTrainer):
    """As GRPOTrainer, with the settings of OSPOConfig. Reward functions also score parts of completions.

    Raises: SettingsError, at the first step: a reward is a module or asynchronous.
    """

    args: OSPOConfig
    _step_rewards: Tensor
    _step_credit: StepCredit

    def _calculate_rewards(
        self, inputs: list[dict[str, Any]], prompts: list[Any], completions: list[Any], completion_ids_list: list[Any]
    ) -> Tensor:
        """TRL's rewards, gathered; beside them, the credit of this process's completions."""
        rewards = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        if self._redistributes:
            self._step_rewards = self._summed(rewards)
            batch = _Batch(self, inputs, prompts, completions)
            self._step_credit = measure(
                completion_ids_list,
                [_content(completion) for completion in completions],
                batch.prompt_numbers,
                self._fast_tokenizer,
                batch.score,
                Measuring(
                    needs=self.args.redistributing.rule.needs,
                    players=self.args.players,
                    evaluations=self.args.evaluations,
                    seed=self.args.credit_seed,
                ),
            )
        return rewards

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """TRL's batch, its advantages (B,) replaced by (B, T); exactly 0 outside the completion mask."""
        output = super()._generate_and_score_completions(inputs)
        flat, mask = output["advantages"], output["completion_mask"]
        advantages = flat[:, None].expand(mask.shape)
        if self._redistributes:
            advantages = self._redistributed(flat, output["completion_ids"], mask)
        output["advantages"] = advantages * mask
        return output

    @property
    def _redistributes(self) -> bool:
        return self.args.redistributing.rule.needs is not Needs.NOTHING and bool(self.model and self.model.training)

    @property
    def _fast_tokenizer(self) -> PreTrainedTokenizerFast:
        if not isinstance(self._tokenizer, PreTrainedTokenizerFast):
            raise SettingsError("token credit needs a fast tokenizer, which says where its ids lie in the text")
        return self._tokenizer

    def _summed(self, rewards: Tensor) -> Tensor:
        """(N,) the weighted sum over reward functions, NaN where none of them answered."""
        total = (rewards * self.reward_weights.to(rewards.device)).nansum(dim=1)
        return torch.where(rewards.isnan().all(dim=1), torch.nan, total)

    def _redistributed(self, flat: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, T) of this process, from the credit of all: the members of a group may lie on other processes."""
        packed = PackedCredit.of(self._step_credit.completions, flat.device).gathered(self.accelerator)
        everyones = gathered(self.accelerator, flat)
        size = self.args.num_generations
        assert size is not None
        found = step_advantages(self._step_rewards, everyones, packed, size, self.args.redistributing)
        self._note(found, packed, everyones)
        first = self.accelerator.process_index * len(flat)
        rows = [self._row(found, first + row, row, ids[row], mask[row]) for row in range(len(flat))]
        return torch.stack(rows).to(flat.dtype)

    def _row(self, found: StepAdvantages, number: int, row: int, ids: Tensor, mask: Tensor) -> Tensor:
        """(T,) the rule's advantage on credited tokens, its own on the end of the sequence, the plain one elsewhere."""
        advantages = found.plain[number].expand(len(ids)).clone()
        one = self._step_credit.completions[row]
        if one is not None and bool(found.credited[number]):
            last = int(mask.sum()) - 1
            if last >= 0 and int(ids[last]) in self._fast_tokenizer.all_special_ids:
                advantages[last] = found.eos[number]
            places = torch.as_tensor(list(one.tokens), dtype=torch.long, device=advantages.device)
            advantages[places] = found.tokens[number, : len(places)]
        return advantages

    def _note(self, found: StepAdvantages, packed: PackedCredit, flat: Tensor) -> None:
        """The step's figures, among TRL's own metrics."""
        credit, rule = self._step_credit, self.args.redistributing.rule
        figures = shares(found, packed, flat, conserves=rule.conserves) | {
            "zero_spread_share": found.idle,
            "failed": float((~packed.measured).sum()),
            "evaluations": float(credit.requested),
            "evaluations_distinct": float(credit.distinct),
            "seconds": credit.seconds,
        }
        for name, value in figures.items():
            self._metrics["train"][f"credit/{name}"].append(value)


class _Batch:
    """The step's completions as TRL's reward functions see them, any text in the place of a completion."""

    def __init__(self, trainer: OSPOTrainer, inputs: list[dict[str, Any]], prompts: list[Any], completions: list[Any]):
        self._trainer, self._inputs, self._prompts = trainer, inputs, prompts
        self._conversational = [not isinstance(completion, str) for completion in completions]
        self._functions = [
            (function, float(weight))
            for function, weight in zip(trainer.reward_funcs, trainer.reward_weights, strict=True)
            if weight != 0
        ]
        for function, _ in self._functions:
            if isinstance(function, torch.nn.Module) or iscoroutinefunction(function):
                raise SettingsError(
                    "token credit needs reward functions that score texts; wrap the model in one, or take the reward "
                    "kind classifier"
                )

    @property
    def prompt_numbers(self) -> list[int]:
        """For each completion the first one with the same row of the data set."""
        return [next(first for first, row in enumerate(self._inputs) if row == mine) for mine in self._inputs]

    def score(self, numbers: Sequence[int], texts: Sequence[str]) -> Worths:
        """Weighted sum of the rewards. Raises: RewardError: none of the functions answered for a text."""
        total, answered = np.zeros(len(texts)), np.zeros(len(texts), dtype=bool)
        for function, weight in self._functions:
            assert callable(function)
            given = function(**self._arguments(numbers, texts))
            values = np.array([np.nan if value is None else value for value in given], dtype=np.float64)
            answered |= ~np.isnan(values)
            total += weight * np.nan_to_num(values, nan=0.0)
        if not answered.all():
            raise RewardError("no reward function answered for a part of a completion")
        return total

    def _arguments(self, numbers: Sequence[int], texts: Sequence[str]) -> dict[str, Any]:
        """As TRL passes them. What a function logs about parts is dropped: TRL's tables are of completions."""
        columns = [key for key in self._inputs[0] if key not in ("prompt", "completion", "completion_ids")]
        return {key: [self._inputs[number][key] for number in numbers] for key in columns} | {
            "prompts": [self._prompts[number] for number in numbers],
            "completions": [self._as_completion(number, text) for number, text in zip(numbers, texts, strict=True)],
            "completion_ids": None,
            "trainer_state": self._trainer.state,
            "log_extra": lambda *_: None,
            "log_metric": lambda *_: None,
        }

    def _as_completion(self, number: int, text: str) -> Any:
        return [{"role": "assistant", "content": text}] if self._conversational[number] else text


def _content(completion: Any) -> str:
    """What the policy wrote; of several messages nothing, since the ids between them are not its own."""
    if isinstance(completion, str):
        return completion
    return completion[0]["content"] if len(completion) == 1 else ""
