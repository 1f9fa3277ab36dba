"""One way to get the worths of masked texts, as something that can be timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TimedRun = Callable[[], int]
"""Does the work once and says how many evaluations of the model that took. Tokens are counted by the open meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A name, and how to get ready.

    Attributes:
        prepare: imports and loads what is needed, does a little of the work so that nothing is done for the first time
            later, and gives back what is timed. Itself not timed. Raises: ModelMissing: a package is not installed.
    """

    name: str
    prepare: Callable[[], TimedRun]
