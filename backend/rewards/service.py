"""What can be asked for: kinds of reward, models, bundled cases. Computes nothing and loads no model."""

from __future__ import annotations

from pathlib import Path

from pydantic_core import to_jsonable_python

from backend.problems import ProblemError
from backend.rewards.schemas import ExampleView, ModelView, RewardChoice, RewardView, SettingView
from backend.settings import Settings
from ospo_core.cases.case import Case, case_names, load_case
from ospo_core.models.bundled import BUNDLED_MODELS
from ospo_core.models.model_files import on_this_machine
from ospo_core.rewards.kind import RewardKind, Setting
from ospo_core.rewards.registry import reward_kinds


def reward_views() -> list[RewardView]:
    """Every kind of reward. Raises: SettingsError: an installed plug-in is broken."""
    return [_reward_view(kind) for kind in reward_kinds().values()]


def model_views(settings: Settings) -> list[ModelView]:
    """The bundled models, then those that requests may name beside them."""
    bundled = [
        ModelView(name=model.name, summary=model.summary, licence=model.licence, installed=model.installed)
        for model in BUNDLED_MODELS
    ]
    return [*bundled, *(_allowed_view(name, settings.catalogues) for name in settings.allowed_models)]


def example_views() -> list[ExampleView]:
    """Every bundled case."""
    return [_example_view(load_case(name)) for name in case_names()]


def example_view(name: str) -> ExampleView:
    """One bundled case. Raises: ProblemError: 404."""
    if name not in case_names():
        raise ProblemError(404, "not-found", "there is no such example; GET /v1/examples lists them")
    return _example_view(load_case(name))


def _allowed_view(name: str, folder: Path) -> ModelView:
    here = on_this_machine(name, folder)
    summary = "allowed by OSPO_ALLOWED_MODELS" + ("" if here else "; an admin's first use fetches it")
    return ModelView(name=name, summary=summary, licence=None, installed=here)


def _reward_view(kind: RewardKind) -> RewardView:
    return RewardView(
        name=kind.name,
        summary=kind.summary,
        settings=[_setting_view(setting) for setting in kind.settings()],
        settings_schema=kind.settings_model.model_json_schema(),
    )


def _setting_view(setting: Setting) -> SettingView:
    return SettingView(
        name=setting.name,
        required=setting.required,
        default=to_jsonable_python(setting.default),
        description=setting.description,
    )


def _example_view(case: Case) -> ExampleView:
    settings = {key: value for key, value in case.reward.items() if key != "kind"}
    return ExampleView(
        name=case.name,
        title=case.title,
        look_for=case.look_for,
        prompt=case.prompt,
        responses=list(case.responses),
        focus=case.focus,
        reward=RewardChoice(kind=case.reward["kind"], settings=settings, example=case.name),
    )
