"""A training run on the terminal: one bar with the step, the reward and the time left; a line a step in a log file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from transformers import TrainerCallback

from ospo_core.training.run_file import RunFile


class TrainingBar(TrainerCallback):
    """Moves the bar when a step is over."""

    def __init__(self, console: Console, progress: Progress, task: TaskID) -> None:
        self._console, self._progress, self._task = console, progress, task

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Steps of earlier attempts are done."""
        self._progress.update(self._task, completed=state.global_step, total=state.max_steps, description="training")

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **_: Any) -> None:
        """A step is over; the log of the whole run, which comes at its end, has no reward."""
        if logs is None or "reward" not in logs:
            return
        reward = f"{logs['reward']:.3f}"
        self._progress.update(self._task, completed=state.global_step, reward=reward)
        if not self._console.is_terminal:
            self._console.print(f"step {state.global_step}/{state.max_steps} reward {reward}", highlight=False)


@contextmanager
def training_bar(console: Console, run: RunFile) -> Iterator[TrainingBar]:
    """The bar while a run goes on; none where the console is not a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(complete_style="default", finished_style="default"),
        TextColumn("step"),
        MofNCompleteColumn(),
        TextColumn("reward {task.fields[reward]}"),
        TextColumn("time left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("loading", total=run.steps, reward="-")
        yield TrainingBar(console, progress, task)
