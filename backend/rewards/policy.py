"""Which rewards a request may ask for: settings that would reach files, models or the inner network are checked.

The engine trusts whoever calls it; here a stranger does. Paths lie in the catalogues folder or in a bundled case,
models are bundled or allowed by the service's settings, and so are scorers that are private or get a token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from backend.problems import ProblemError, invalid
from backend.rewards.schemas import RewardChoice
from backend.settings import Settings
from backend.users.role import Role
from ospo_core import cases
from ospo_core.cases.case import load_case
from ospo_core.errors import SettingsError
from ospo_core.models.bundled import BUNDLED_MODELS
from ospo_core.models.model_files import on_this_machine
from ospo_core.rewards.endpoint_settings import EndpointSettings
from ospo_core.rewards.registry import reward_kind
from ospo_core.rewards.settings import parsed_settings
from ospo_core.rewards.weighted import WeightedSettings

DEEPEST_SUM = 4
WHERE = ("body", "reward")
BUNDLED = Path(cases.__file__).parent.resolve()
"""What comes with the package is nobody's secret: a sample of a run on bundled data names files that lie here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A reward that may be built: its kind, its settings as given, and the folder its paths start from."""

    kind: str
    settings: Mapping[str, Any]
    folder: Path

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for rewards that are the same."""
        parsed = parsed_settings(reward_kind(self.kind).settings_model, self.settings, where=self.kind)
        return self.kind, parsed.model_dump_json(), str(self.folder)

    @property
    def family(self) -> tuple[str, ...]:
        """Equal for rewards that cost about the same a text: of one kind, with the same models, servers and files."""
        return self.kind, *_named(self.settings)


_COSTLY = ("reward", "model", "url", "catalogue")
"""Settings that decide what an evaluation costs; the texts to compare with do not."""


def _named(settings: Any) -> Iterator[str]:
    """The values of costly settings, anywhere in these."""
    if isinstance(settings, Mapping):
        for name, value in sorted(settings.items()):
            if name in _COSTLY and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(settings, list):
        for value in settings:
            yield from _named(value)


class Policy:
    """Checks a choice against the service's settings, and against the role of whoever made it."""

    def __init__(self, settings: Settings, role: Role = Role.MEMBER) -> None:
        self._settings, self._role = settings, role
        self._models = {*(model.name for model in BUNDLED_MODELS), *settings.allowed_models}
        self._endpoints = {url.rstrip("/") for url in settings.allowed_endpoints}
        self._catalogues = settings.catalogues

    def of(self, role: Role) -> Policy:
        """The same for this role."""
        return Policy(self._settings, role)

    def allow(self, choice: RewardChoice) -> Allowed:
        """The choice, checked. Raises: ProblemError: 422, names the setting."""
        try:
            folder = load_case(choice.example).folder if choice.example is not None else self._catalogues
            self._check(choice.kind, choice.settings, folder, depth=0)
        except SettingsError as error:
            raise invalid(WHERE, str(error)) from None
        return Allowed(kind=choice.kind, settings=choice.settings, folder=folder)

    def check(self, kind: str, settings: Mapping[str, Any], folder: Path, where: tuple[str, ...]) -> None:
        """Settings that are complete, their paths from `folder`. Raises: ProblemError: 422, names the setting."""
        try:
            self._check(kind, settings, folder, depth=0)
        except SettingsError as error:
            raise invalid(where, str(error)) from None

    def check_model(self, name: str | None, where: tuple[str, ...]) -> None:
        """Raises: ProblemError: 422, the model is neither bundled nor allowed; 403, it would have to be fetched."""
        if name is not None and name not in self._models:
            raise invalid(where, "this model is neither bundled nor in OSPO_ALLOWED_MODELS; GET /v1/models lists them")
        self.check_here(name)

    def check_here(self, model: str | None) -> None:
        """To have an allowed model fetched, onto a disk that all share, is for admins. Raises: ProblemError: 403."""
        fetched = model in self._settings.allowed_models and not on_this_machine(model, self._catalogues)
        if fetched and self._role < Role.ADMIN:
            raise ProblemError(
                403, "not-fetched", "this model is not on this machine yet; an admin fetches it by its first use"
            )

    def _check(self, kind: str, given: Mapping[str, Any], folder: Path, depth: int) -> None:
        if depth > DEEPEST_SUM:
            raise SettingsError(f"sums of sums go at most {DEEPEST_SUM} deep")
        settings = _parsed(kind, given)
        if isinstance(settings, WeightedSettings):
            for part in settings.parts:
                self._check(part.reward, part.own_settings, folder, depth + 1)
        elif isinstance(settings, EndpointSettings):
            self._check_endpoint(settings)
        else:
            for name, value in settings:
                self._check_setting(name, value, folder)

    def _check_setting(self, name: str, value: object, folder: Path) -> None:
        if isinstance(value, Path):
            inside = (folder / value).resolve()
            if not (inside.is_relative_to(folder.resolve()) or inside.is_relative_to(BUNDLED)):
                raise SettingsError(f"{name}: must lie in the folder of the service's catalogues, or of the example")
        if name == "model" and isinstance(value, str):
            self.check_model(value, (*WHERE, "settings", "model"))

    def _check_endpoint(self, settings: EndpointSettings) -> None:
        if settings.url in self._endpoints:
            return
        if settings.allow_private or settings.token_variable is not None:
            raise SettingsError("url: a private address, or one that gets a token, must be in OSPO_ALLOWED_ENDPOINTS")
        if settings.deadline_seconds > 60 or settings.concurrency > 16:
            raise SettingsError("deadline_seconds is at most 60 here, and concurrency 16")


def _parsed(kind: str, given: Mapping[str, Any]) -> BaseModel:
    """The settings by their model; its message is the engine's, which names settings and no text under study."""
    try:
        return parsed_settings(reward_kind(kind).settings_model, given, where=kind)
    except (ValidationError, RecursionError, OverflowError):
        raise SettingsError(f"{kind}: the settings cannot be read") from None
