"""The trainer of a run: token credit, and checkpoints that are resumed without unpickling anything.

Its base is the only place that knows which trainer gives the credit. What it adds is how state is written and read,
and what the step's events need: the batch as it was generated, and how long that took. No training code is copied.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import gather_object
from transformers.trainer import TRAINER_STATE_NAME
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from ospo_core.training.checkpoint import new_checkpoint
from ospo_core.training.prompt_reward import PromptReward
from ospo_core.training.randomness import RandomState
from ospo_core.training.trained_state import load_optimizer, load_weights, save_optimizer, save_weights

_COUNTS = "counts.json"


class RunTrainer(GRPOTrainer):
    """GRPO with token credit, resumable.

    Attributes:
        checkpoint_folder, run_sha256: where checkpoints go, and which run they are of; set before training.
        trained_on: the reward whose evaluations are counted over all attempts.
        generated: the last batch as the trainer holds it, its tensors still in the order of the prompts.
        generation_seconds: how long the last batch took to generate.
    """

    checkpoint_folder: Path
    run_sha256: str
    trained_on: PromptReward
    generated: dict[str, Any]
    generation_seconds: float

    def _generate(self, prompts: list[Any]) -> Any:
        started = time.perf_counter()
        result = super()._generate(prompts)
        self.generation_seconds = time.perf_counter() - started
        return result

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        self.generated = super()._generate_and_score_completions(inputs)
        return self.generated

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        random_states = gather_object([RandomState.taken()])
        if self.accelerator.is_main_process:
            step = int(self.state.global_step)
            with new_checkpoint(self.checkpoint_folder, step, self.run_sha256) as draft:
                save_weights(self.accelerator.unwrap_model(self.model), draft)
                save_optimizer(self.optimizer, self.lr_scheduler, draft)
                self.state.save_to_json(str(draft / TRAINER_STATE_NAME))
                counts = {"reward_calls": self.trained_on.evaluations}
                (draft / _COUNTS).write_text(json.dumps(counts), encoding="utf-8")
                for rank, state in enumerate(random_states):
                    state.write(draft, rank)
        self.accelerator.wait_for_everyone()

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        load_weights(self.accelerator.unwrap_model(self.model), Path(resume_from_checkpoint))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            load_optimizer(self.optimizer, self.lr_scheduler, Path(checkpoint))

    def _load_rng_state(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            RandomState.read(Path(checkpoint), int(self.accelerator.process_index)).put_back()

    def _load_scaler(self, checkpoint: str | None) -> None:
        """Nothing: float16, which alone needs a scaler, is not offered."""


def counted_calls(checkpoint: Path) -> int:
    """Evaluations of the reward up to this checkpoint."""
    return int(json.loads((checkpoint / _COUNTS).read_text("utf-8"))["reward_calls"])


def build_trainer(*, settings: dict[str, Any], credit: dict[str, Any], **parts: Any) -> RunTrainer:
    """The trainer with TRL's settings and those of the token credit; `parts` are the trainer's own arguments."""
    del credit
    return RunTrainer(args=GRPOConfig(**settings), **parts)
