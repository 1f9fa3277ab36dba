"""A problem as RFC 9457 has it, as data; `problems` makes answers of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FieldError(BaseModel):
    """One thing that is wrong with a body or a parameter."""

    model_config = ConfigDict(extra="forbid")

    where: list[str | int] = Field(description="path to the field; an unknown field's own name is not repeated")
    message: str


class Problem(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="what kind of problem, a name after urn:ospo:problem:")
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldError] = Field(default_factory=list)
