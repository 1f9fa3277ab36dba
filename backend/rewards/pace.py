"""How fast rewards were in this process, so that the time of a run can be told before it is asked for.

Whole runs are measured, with all that comes with an evaluation: the engine's own work, and others at work beside it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from backend.rewards.policy import Allowed

KEPT = 256
REMEMBERED = 0.5
"""Share of what was known that stays beside a new run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What was evaluated: distinct texts, their characters, the tokens that models read of them; and the seconds."""

    evaluations: float
    characters: float
    forward_tokens: float
    seconds: float

    def seconds_for(self, evaluations: float, characters: float) -> float:
        """At the pace of texts or of characters, whichever is slower."""
        return max(evaluations * self.seconds / self.evaluations, characters * self.seconds / max(self.characters, 1))

    def forward_tokens_for(self, characters: float) -> int:
        """In proportion to the characters."""
        return round(characters * self.forward_tokens / max(self.characters, 1))


class Pace:
    """The work of runs that ended, per family of rewards; later runs weigh more."""

    def __init__(self) -> None:
        self._work: OrderedDict[tuple[str, ...], Work] = OrderedDict()
        self._lock = threading.Lock()

    def learn(self, allowed: Allowed, work: Work) -> None:
        """A run ended. One that evaluated nothing, since all was remembered, teaches nothing."""
        if not work.evaluations:
            return
        with self._lock:
            before = self._work.pop(allowed.family, None)
            self._work[allowed.family] = work if before is None else _mixed(before, work)
            while len(self._work) > KEPT:
                self._work.popitem(last=False)

    def of(self, allowed: Allowed) -> Work | None:
        """What is known of rewards like this one; None before the first."""
        with self._lock:
            return self._work.get(allowed.family)


def _mixed(before: Work, work: Work) -> Work:
    return Work(
        evaluations=REMEMBERED * before.evaluations + work.evaluations,
        characters=REMEMBERED * before.characters + work.characters,
        forward_tokens=REMEMBERED * before.forward_tokens + work.forward_tokens,
        seconds=REMEMBERED * before.seconds + work.seconds,
    )
