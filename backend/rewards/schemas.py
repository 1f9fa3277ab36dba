"""A reward in a request, and the kinds of reward in a list."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class RewardChoice(BaseModel):
    """A kind of reward with its settings (GET /v1/rewards lists them)."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    kind: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=64, examples=["rubric"])
    settings: dict[str, Any] = Field(
        default_factory=dict, max_length=100, examples=[{"facts": [{"name": "dose", "any_of": ["240 mg"]}]}]
    )
    example: str | None = Field(
        default=None,
        pattern=r"^[a-z_]+$",
        max_length=64,
        description="bundled case in whose folder relative paths of the settings start",
    )


class SettingView(BaseModel):
    """One setting of a kind of reward; `default` means nothing where it is required."""

    name: str
    required: bool
    default: Any
    description: str


class RewardView(BaseModel):
    """A kind of reward."""

    name: str
    summary: str
    settings: list[SettingView]
    settings_schema: dict[str, Any] = Field(description="JSON schema of the settings")


class RewardList(BaseModel):
    """Every kind there is."""

    items: list[RewardView]


class ModelView(BaseModel):
    """A model that requests may name."""

    name: str
    summary: str
    licence: str | None
    installed: bool = Field(description="false where it would have to be fetched first, which is for admins")


class ModelList(BaseModel):
    """The bundled models, and those that the service's settings allow."""

    items: list[ModelView]


class ExampleView(BaseModel):
    """A bundled case: what to send in order to explain it."""

    name: str
    title: str
    look_for: str
    prompt: str
    responses: list[str]
    focus: int = Field(description="place of the response to explain first")
    reward: RewardChoice


class ExampleList(BaseModel):
    """The bundled cases, the one to show first first."""

    items: list[ExampleView]
