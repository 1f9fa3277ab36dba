"""GET /v1/rewards, /v1/models, /v1/examples."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from backend.dependencies import SettingsDep
from backend.problems import documented
from backend.rewards import service
from backend.rewards.schemas import ExampleList, ExampleView, ModelList, RewardList

router = APIRouter(prefix="/v1", tags=["what there is"])


@router.get("/rewards")
def list_rewards() -> RewardList:
    """The kinds of reward and their settings."""
    return RewardList(items=service.reward_views())


@router.get("/models")
def list_models(settings: SettingsDep) -> ModelList:
    """The models that a request may name."""
    return ModelList(items=service.model_views(settings))


@router.get("/examples")
def list_examples() -> ExampleList:
    """The bundled cases: a prompt, a group of responses and the reward they are judged by."""
    return ExampleList(items=service.example_views())


@router.get("/examples/{name}", responses=documented(404))
def read_example(name: Annotated[str, Path(min_length=1, max_length=64)]) -> ExampleView:
    """One bundled case."""
    return service.example_view(name)
