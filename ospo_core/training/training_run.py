"""One run from its file to its adapter: puts policy, data, rewards, trainer, events and checkpoints together.

Importing this module imports torch and TRL, which takes seconds.
"""

from __future__ import annotations

import logging
import os
import platform
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import TrainerCallback
from transformers.trainer_callback import PrinterCallback
from transformers.utils import logging as transformers_logging

from ospo_core.errors import OspoError, SettingsError
from ospo_core.training.checkpoint import checkpoint_step, newest_whole
from ospo_core.training.config import OSPOConfig
from ospo_core.training.dataset import PromptRow, load_prompts, prompt_order
from ospo_core.training.disk import DiskRefused, whole_folder
from ospo_core.training.event_log import EventLog
from ospo_core.training.policy import Policy, load_policy
from ospo_core.training.prompt_reward import PromptReward
from ospo_core.training.reporter import Reporter
from ospo_core.training.run_file import RunFile
from ospo_core.training.run_folder import RunFolder
from ospo_core.training.run_trainer import RunTrainer, counted_calls
from ospo_core.training.stopping import StopWish

MOST_ROWS_AT_ONCE = 8
"""Completions that go through the model together in an update; more are accumulated."""


class Outcome(StrEnum):
    """How a run ended, as its `ended` event says."""

    DONE = "done"
    STOPPED = "stopped"


def train_run(run: RunFile, folder: RunFolder, wish: StopWish, watchers: Sequence[TrainerCallback] = ()) -> Outcome:
    """Train from the newest whole checkpoint in the folder to the last step, or until `wish`.

    The folder is held and claimed by the caller.
    Raises: InputError, ModelMissing: before anything is trained. RewardError, DiskRefused: meanwhile; what was saved
        stands.
    """
    _quiet()
    rows = load_prompts(run.data, {"reward": run.reward or {}, **(run.watch or {})})
    args = _settings(run, folder)
    with args.main_process_first(desc="looking for checkpoints"):
        newest = newest_whole(folder.checkpoints, run.sha256)
    if newest is not None and (checkpoint_step(newest) or 0) >= run.steps and folder.adapter.is_dir():
        return Outcome.DONE
    log = EventLog(folder.events) if args.process_index == 0 else None
    append = log.append if log else _nowhere
    try:
        return _trained(run, args, rows, folder, newest, wish, append, watchers)
    except (Exception, KeyboardInterrupt) as error:
        # Where the disk is what failed, there is nowhere to say so but in the error itself.
        with suppress(DiskRefused):
            append("ended", log.last_step if log else 0, {"reason": "failed", "message": _why(error)})
        raise
    finally:
        if log:
            log.close()


def _why(error: BaseException) -> str:
    """Our own errors hold no text under study; of others only the kind is told."""
    return str(error) if isinstance(error, OspoError) else f"the process crashed ({type(error).__name__})"


def _nowhere(kind: str, step: int, content: Mapping[str, Any]) -> None:
    """Events are written by the first process only."""


def _trained(
    run: RunFile,
    args: OSPOConfig,
    rows: Sequence[PromptRow],
    folder: RunFolder,
    newest: Path | None,
    wish: StopWish,
    append: Callable[[str, int, Mapping[str, Any]], None],
    watchers: Sequence[TrainerCallback],
) -> Outcome:
    start = checkpoint_step(newest) if newest else None
    append("started", start or 0, _started(run, args, start))
    policy = load_policy(run)
    reward = PromptReward("reward", run.reward or {}, rows)
    watched = [PromptReward(name, settings, rows) for name, settings in (run.watch or {}).items()]
    trainer = _trainer(run, args, rows, folder, policy, [reward, *watched])
    shown = [row.prompt for row in rows[: run.samples]]
    reporter = Reporter(run=run, policy=policy, reward=reward, prompts=shown, append=append, trainer=trainer)
    if trainer.accelerator.is_main_process:
        trainer.add_callback(reporter)
        for watcher in watchers:
            trainer.add_callback(watcher)
    trainer.add_callback(_Stopper(wish, trainer))
    if newest:
        reward.evaluations = counted_calls(newest)
    trainer.train(resume_from_checkpoint=str(newest) if newest else None)
    step = int(trainer.state.global_step)
    if step < run.steps:
        message = f"stopped after step {step}; start it again to go on"
        append("ended", step, {"reason": Outcome.STOPPED, "message": message})
        return Outcome.STOPPED
    if trainer.accelerator.is_main_process:
        with whole_folder(folder.adapter, "the adapter") as draft:
            trainer.accelerator.unwrap_model(trainer.model).save_pretrained(str(draft))
            policy.tokenizer.save_pretrained(str(draft))
    append("ended", step, {"reason": Outcome.DONE, "message": f"all {step} steps are done"})
    return Outcome.DONE


def _trainer(
    run: RunFile,
    args: OSPOConfig,
    rows: Sequence[PromptRow],
    folder: RunFolder,
    policy: Policy,
    rewards: list[PromptReward],
) -> RunTrainer:
    order = prompt_order(len(rows), run.steps * run.prompts_per_step, run.seed)
    prompts = Dataset.from_list([{"prompt": policy.prompt(rows[place].prompt), "row": place} for place in order])
    trainer = RunTrainer(
        args=args,
        model=policy.model,
        # TRL wants lists of optional numbers, and a list's type is exact; ours are never None.
        reward_funcs=[*rewards],  # pyright: ignore[reportArgumentType]
        train_dataset=prompts,
        processing_class=policy.tokenizer,
        peft_config=policy.adapter,
    )
    trainer.remove_callback(PrinterCallback)
    trainer.checkpoint_folder, trainer.run_sha256, trainer.trained_on = folder.checkpoints, run.sha256, rewards[0]
    return trainer


def _settings(run: RunFile, folder: RunFolder) -> OSPOConfig:
    """TRL's settings and the credit's. The learning rate is constant: the number of steps decides the end alone."""
    micro, accumulated = _batch(run.group_size * run.prompts_per_step, _processes())
    on_gpu = torch.cuda.is_available()
    return OSPOConfig(
        output_dir=str(folder.path),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=accumulated,
        num_generations=run.group_size,
        max_completion_length=run.max_new_tokens,
        temperature=run.temperature,
        learning_rate=run.learning_rate,
        lr_scheduler_type="constant",
        optim="adamw_torch",
        beta=run.beta,
        loss_type=run.loss_type,
        max_steps=run.steps,
        seed=run.seed,
        rule=run.rule,
        rule_weight=run.rule_weight,
        clip=run.clip,
        players=run.players,
        evaluations=run.evaluations,
        credit_seed=run.seed,
        # The rows are already in the order of `prompt_order`, which a resumed run can go on with.
        shuffle_dataset=False,
        # Watched rewards weigh nothing.
        reward_weights=[1.0] + [0.0] * len(run.watch or {}),
        save_strategy="steps",
        save_steps=run.save_every,
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        bf16=on_gpu,
        gradient_checkpointing=on_gpu,
        dataloader_pin_memory=on_gpu,
    )


def _processes() -> int:
    """How many torchrun or `accelerate launch` started together; must be known before TRL's settings are made."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def _batch(rows: int, processes: int) -> tuple[int, int]:
    """Rows a process puts through the model at once, and how often it does so in a step."""
    if rows % processes:
        raise SettingsError(
            f"group_size times prompts_per_step is {rows}, which {processes} processes cannot share evenly; change one"
        )
    own = rows // processes
    micro = max(size for size in range(1, min(own, MOST_ROWS_AT_ONCE) + 1) if own % size == 0)
    return micro, own // micro


def _started(run: RunFile, args: OSPOConfig, resumed_from: int | None) -> dict[str, Any]:
    packages = ("ospo", "torch", "transformers", "trl", "peft")
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor() or platform.machine()
    return {
        "resumed_from": resumed_from,
        "machine": {"system": platform.platform(), "device": device, "processes": args.world_size},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
        "config_sha256": run.sha256,
        "steps": run.steps,
    }


def _quiet() -> None:
    """Libraries' notes go nowhere: what a run has to say is in its events."""
    transformers_logging.set_verbosity_error()
    logging.getLogger("trl").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"torch\.|transformers\.|trl\.|peft\.|accelerate\.")


class _Stopper(TrainerCallback):
    """Saves and stops at the end of a step once that is wished for."""

    def __init__(self, wish: StopWish, trainer: RunTrainer) -> None:
        self._wish, self._trainer = wish, trainer

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._wish.agreed(self._trainer.accelerator):
            control.should_save = control.should_training_stop = True
