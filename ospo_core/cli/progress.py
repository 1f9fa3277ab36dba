"""A progress bar on the terminal, and Ctrl-C as "stop and keep what there is"."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class TerminalWatch:
    """Shows evaluations done of planned with the time left; `should_stop` after the first Ctrl-C."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self.stopped = False

    def on_progress(self, done: int, planned: int) -> None:
        """As promised by Watch."""
        self._progress.update(self._task, completed=done, total=planned, visible=True)

    def should_stop(self) -> bool:
        """As promised by Watch."""
        return self.stopped

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """First Ctrl-C: finish the call that is running, keep the estimate. The second ends the program."""
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True
        self._progress.console.print("stopping after the current batch; Ctrl-C again to quit without a result")


@contextmanager
def watching(console: Console) -> Iterator[TerminalWatch]:
    """A bar on `console` while the work runs (none where it is not a terminal), and Ctrl-C handled as above."""
    columns = (
        TextColumn("evaluations"),
        BarColumn(complete_style="default", finished_style="default"),
        MofNCompleteColumn(),
        TextColumn("time left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        watch = TerminalWatch(progress, progress.add_task("evaluations", total=None, visible=False))
        before = signal.signal(signal.SIGINT, watch.stop)
        try:
            yield watch
        finally:
            signal.signal(signal.SIGINT, before)
