"""Every error that this package raises on purpose, in one tree.

    OspoError
    ├── InputError              what the caller gave cannot be used; the command line exits with 2
    │   ├── TextError           empty, too long, not valid Unicode
    │   ├── SettingsError       a reward or option that is unknown or does not parse
    │   │   └── WrongLines      lines of a file of prompts, each with its number and what is wrong
    │   ├── UnsupportedMasking  the reward cannot see the masking that was asked for
    │   └── BudgetTooSmall      the method needs more evaluations than it was given
    ├── RewardError             the reward raised, or returned something that is not a finite number
    └── ModelMissing            a model or optional package is not installed

Messages say what was wrong, where, and what to do next. They never contain the texts under study: an error
travels into logs, a text must not. Where a text matters, it is an attribute of the exception.
"""

from __future__ import annotations

from collections.abc import Sequence


class OspoError(Exception):
    """Base of all errors raised on purpose."""


class InputError(OspoError):
    """What the caller gave cannot be used as it is."""


class TextError(InputError):
    """A prompt or response that is empty, too long or not valid Unicode."""


class SettingsError(InputError):
    """A reward, rule, method or setting that is unknown or does not parse."""


class WrongLines(SettingsError):
    """Lines of a file that cannot be used.

    Attributes:
        faults: one text a line: the file, the number of the line, what is wrong.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class UnsupportedMasking(InputError):
    """The reward cannot see the masking that was asked for."""


class BudgetTooSmall(InputError):
    """The method needs more evaluations than it was given.

    Attributes:
        needed: the least number of evaluations that would do.
    """

    def __init__(self, message: str, *, needed: int) -> None:
        super().__init__(message)
        self.needed = needed


class RewardError(OspoError):
    """The reward raised, or returned something that is not a finite number.

    Attributes:
        index: position, in the batch, of the response at fault; None when no single one is.
        text: that response, for the caller's eyes; not part of the message.
    """

    def __init__(self, message: str, *, index: int | None = None, text: str | None = None) -> None:
        super().__init__(message)
        self.index = index
        self.text = text


class ModelMissing(OspoError):
    """A model or an optional package is not installed on this machine."""
