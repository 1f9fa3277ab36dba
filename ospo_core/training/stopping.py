"""SIGTERM and Ctrl-C as a wish: save and stop at the end of the step under way. A second Ctrl-C ends the program.

Under several processes all of them must stop at the same step, whichever was told: they agree on it after each.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class StopWish:
    """Whether someone asked the run to stop."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, number: int, _frame: FrameType | None) -> None:
        """A signal's handler."""
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True

    def agreed(self, accelerator: Any) -> bool:
        """True in every process if it is in one of them; every process must ask at the same time."""
        if accelerator.num_processes == 1:
            return self.asked
        import torch

        wish = torch.tensor(float(self.asked), device=accelerator.device)
        return bool(accelerator.reduce(wish, reduction="sum") > 0)


@contextmanager
def heeding_signals() -> Iterator[StopWish]:
    """The wish, told by SIGTERM and SIGINT inside; as before afterwards."""
    wish = StopWish()
    before = {number: signal.signal(number, wish.ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
