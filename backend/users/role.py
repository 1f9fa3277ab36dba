"""What somebody may do, from nothing to everything: each role may do what those before it may."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """Ordered; `NOBODY` is whoever sends no token, and the only one that no user can have."""

    NOBODY = 0
    VIEWER = 1
    MEMBER = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """As files, settings and answers write it."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        """The role of a user by its word. Raises: ValueError."""
        if word not in ROLES:
            raise ValueError(f"the role must be one of {', '.join(ROLES)}")
        return cls[word.upper()]


ROLES = tuple(role.word for role in (Role.VIEWER, Role.MEMBER, Role.ADMIN))
"""The words of the roles that a user can have."""
