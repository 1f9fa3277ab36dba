"""A run's events as training goes on: what TRL logs, named as docs/training.md names it, with the looks and samples.

Knows no file format and no screen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peft import PeftModel
from transformers import PreTrainedModel, TrainerCallback

from ospo_core.training.looks import fluency, repetition
from ospo_core.training.policy import Policy
from ospo_core.training.prompt_reward import PromptReward
from ospo_core.training.randomness import unchanged_randomness
from ospo_core.training.run_file import RunFile
from ospo_core.training.run_trainer import RunTrainer
from ospo_core.training.samples import sample

Append = Callable[[str, int, Mapping[str, Any]], None]
"""Writes an event: its kind, its step, what it says."""

_CREDIT = (
    "sign_flip_share",
    "effective_share",
    "max_abs_advantage",
    "conservation_error",
    "failed",
    "evaluations",
    "evaluations_distinct",
)


@dataclass(kw_only=True)
class Reporter(TrainerCallback):
    """Writes `step`, `samples` and `checkpoint` events."""

    run: RunFile
    policy: Policy
    reward: PromptReward
    prompts: Sequence[str]
    append: Append
    trainer: RunTrainer
    _began: float = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The samples of the untrained policy, to compare all later ones with."""
        if state.global_step == 0:
            self._samples(0)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Start the step's clock."""
        self._began = time.perf_counter()

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **_: Any) -> None:
        """A step is over. The log of the whole run, which comes at its end, has no step's reward."""
        if logs is None or "reward" not in logs:
            return
        seconds = time.perf_counter() - self._began
        step = int(state.global_step)
        with unchanged_randomness():
            self.append("step", step, self._step(step, logs, seconds))
            if self._looks(step):
                self._samples(step)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """A checkpoint is in place."""
        step = int(state.global_step)
        self.append("checkpoint", step, {"folder": f"checkpoints/step-{step:06d}"})

    def _looks(self, step: int) -> bool:
        return step % self.run.sample_every == 0 or step == self.run.steps

    def _step(self, step: int, logs: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        batch = self.trainer.generated
        texts = self.policy.tokenizer.batch_decode(batch["completion_ids"], skip_special_tokens=True)
        model = self.trainer.accelerator.unwrap_model(self.trainer.model)
        generation, credit = self.trainer.generation_seconds, logs.get("credit/seconds") or 0.0
        return {
            "reward": {"mean": logs["reward"], "spread": logs["reward_std"]},
            "watched": {name: logs.get(f"rewards/{name}/mean") for name in self.run.watch or {}},
            "fluency": fluency(model, self.policy.reference, batch) if self._looks(step) else None,
            "repetition": repetition(texts),
            "zero_spread_share": logs["frac_reward_zero_std"],
            "kl": logs.get("kl"),
            "entropy": logs["entropy"],
            "clip_ratio": logs.get("clip_ratio/region_mean"),
            "length": logs["completions/mean_length"],
            "truncated_share": logs["completions/clipped_ratio"],
            "loss": logs.get("loss"),
            "learning_rate": logs.get("learning_rate"),
            "credit": {name: logs.get(f"credit/{name}") for name in _CREDIT},
            "seconds_of": {"generation": generation, "credit": credit, "update": seconds - generation - credit},
            "tokens": round(logs["completions/mean_length"] * self.run.group_size * self.run.prompts_per_step),
            "reward_calls": self.reward.evaluations,
        }

    def _samples(self, step: int) -> None:
        if not self.prompts:
            return
        with unchanged_randomness():
            model = self.trainer.accelerator.unwrap_model(self.trainer.model)
            written = [self._sample(model, place) for place in range(len(self.prompts))]
        self.append("samples", step, {"samples": written})

    def _sample(self, model: PreTrainedModel | PeftModel, place: int) -> dict[str, Any]:
        found = sample(
            self.policy,
            model,
            self.prompts[place],
            self.reward.of_row(place),
            players=self.run.players,
            max_new_tokens=self.run.max_new_tokens,
            temperature=self.run.temperature,
            seed=self.run.seed + place,
            end_ids=self.trainer.eos_token_ids,
        )
        return {**found, "scored_by": self.reward.settings_of_row(place)}
