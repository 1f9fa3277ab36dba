"""What can go wrong with a request.

ServiceError
├── Unavailable      nobody answers, or what answers is not the service
└── Problem          the service answers with a problem (RFC 9457)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PREFIX = "urn:ospo:problem:"


class ServiceError(Exception):
    """Base of both."""


class Unavailable(ServiceError):
    """No usable answer: the service is down, restarting, too slow, or something else listens there."""


class Problem(ServiceError):
    """A refusal by the service. Its detail is text of the service and repeats nothing of what was sent.

    Attributes:
        kind: the name after urn:ospo:problem:, for example "full" or "not-found".
        fields: what is wrong with single fields: path and message.
        retry_seconds: when to try again, where the service says so.
    """

    def __init__(
        self,
        *,
        status: int,
        title: str,
        detail: str | None = None,
        kind: str = "http",
        fields: Sequence[tuple[str, str]] = (),
        retry_seconds: int | None = None,
    ) -> None:
        super().__init__(f"{status} {title}")
        self.status, self.title, self.detail, self.kind = status, title, detail, kind
        self.fields, self.retry_seconds = tuple(fields), retry_seconds

    @staticmethod
    def of(status: int, body: Mapping[str, Any], retry_after: str | None = None) -> Problem:
        """From a body of application/problem+json."""
        fields = [
            (".".join(str(step) for step in error["where"]), error["message"]) for error in body.get("errors", ())
        ]
        return Problem(
            status=status,
            title=str(body.get("title") or f"Status {status}"),
            detail=body.get("detail"),
            kind=str(body.get("type", "")).removeprefix(PREFIX) or "http",
            fields=fields,
            retry_seconds=int(retry_after) if retry_after is not None and retry_after.isdigit() else None,
        )
