"""Whoever sent a request, as the guard knows him."""

from __future__ import annotations

from dataclasses import dataclass

from backend.problems import ProblemError
from backend.users.role import Role

CALLER = "ospo.caller"
"""Where the caller stands in the scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`name` is None where users have none: with one shared token, or without any."""

    name: str | None
    role: Role

    def check_may_end(self, made_by: str | None) -> None:
        """Stop or resume what a user made: he himself and admins may. Raises: ProblemError: 403.

        Without names all who share the token are one; what was made under a name is then left to admins too.
        """
        own = self.role >= Role.MEMBER and self.name == made_by
        if self.role is not Role.ADMIN and not own:
            raise ProblemError(403, "not-yours", "only whoever made it, or an admin, may do this")
