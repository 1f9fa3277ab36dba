"""A transport that leaves a server alone which does not answer, for all rewards of this process that ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ospo_core.errors import RewardError
from ospo_core.rewards.breaker import Breaker
from ospo_core.rewards.deadline import Deadline
from ospo_core.rewards.transport import NoAnswer, Reply, Transport


class BreakingTransport:
    """Asks by another transport while the breaker lets it; a refusal by the server is an answer too."""

    def __init__(self, *, url: str, transport: Transport, breaker: Breaker) -> None:
        self._url, self._transport, self._breaker = url, transport, breaker

    def ask(self, path: str, body: Mapping[str, Any] | None, deadline: Deadline) -> Reply:
        """As promised by Transport. Raises: ScorerResting: nothing was sent."""
        self._breaker.check(self._url)
        try:
            reply = self._transport.ask(path, body, deadline)
        except NoAnswer:
            self._breaker.failed()
            raise
        except RewardError:
            self._breaker.answered()
            raise
        self._breaker.answered()
        return reply
