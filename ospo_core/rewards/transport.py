"""How a remote scorer is asked, as its users see it. Knows no HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ospo_core.errors import RewardError
from ospo_core.rewards.deadline import Deadline


class NoAnswer(RewardError):
    """The server did not answer, broke off, or said itself that it fails; no fault of the request is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A JSON document, and the headers that came with it under lower-case names."""

    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Transport(Protocol):
    """Exchanges JSON documents with one server. Safe to share between threads."""

    def ask(self, path: str, body: Mapping[str, Any] | None, deadline: Deadline) -> Reply:
        """POST the body to the path below the server's URL; GET it where there is no body.

        Raises:
            RewardError: no usable answer came; says why. Never holds a text that was sent or received.
            NoAnswer: the same, where the server is to blame.
            CalledOff: the deadline was called off.
        """
        ...
