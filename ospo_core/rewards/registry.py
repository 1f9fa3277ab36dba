"""Every kind of reward by name: the built-in ones, and those that installed packages offer as plug-ins.

A plug-in is loaded only when it is asked for, so that a broken one harms nobody who does not use it; but two kinds
of one name are an error at once, since nobody could tell which of them was meant.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from ospo_core.errors import OspoError, SettingsError
from ospo_core.rewards.citation import CITATION
from ospo_core.rewards.classifier import CLASSIFIER
from ospo_core.rewards.endpoint import ENDPOINT
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.likelihood import LIKELIHOOD
from ospo_core.rewards.retrieval import RETRIEVAL
from ospo_core.rewards.reward import Reward
from ospo_core.rewards.rubric import RUBRIC
from ospo_core.rewards.settings import did_you_mean, parsed_settings
from ospo_core.rewards.similarity import SIMILARITY
from ospo_core.rewards.weighted import WeightedReward, WeightedSettings, build_weighted

PLUGIN_GROUP = "ospo.rewards"


def build_reward(kind: str, settings: Mapping[str, Any], base_folder: Path | None = None) -> Reward:
    """Check the settings and build the reward. Relative paths in them start from `base_folder`, or the current one.

    Raises:
        SettingsError: the kind is unknown, or settings are unknown, missing or wrong; names each of them. Or a plug-in
            raised, or exited, while it built its reward.
        ModelMissing: a model it needs is not on this machine.
    """
    found = reward_kind(kind)
    parsed = parsed_settings(found.settings_model, settings, where=kind)
    if kind in BUILT_IN:
        return found.build(parsed, base_folder)
    with _blamed(_plugins()[kind], "cannot be built"):
        return found.build(parsed, base_folder)


def reward_kind(name: str) -> RewardKind:
    """The kind of that name. Raises: SettingsError: there is none, or its plug-in cannot be loaded."""
    plugins = _plugins()
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name in plugins:
        return _loaded(plugins[name])
    known = sorted([*BUILT_IN, *plugins])
    raise SettingsError(f"no reward is called {name!r}{did_you_mean(name, known)}; there are: {', '.join(known)}")


def reward_kinds() -> dict[str, RewardKind]:
    """Every kind, built-in ones first. Raises: SettingsError: a plug-in is broken, or its name is taken."""
    return {**BUILT_IN, **{name: _loaded(plugin) for name, plugin in sorted(_plugins().items())}}


def _plugins() -> Mapping[str, EntryPoint]:
    return _plugins_on(tuple(sys.path))


@lru_cache(maxsize=4)
def _plugins_on(path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    """Those that can be imported from here; what is installed later is seen by the next process.

    Searched for once: it reads the metadata of every installed package, and a run's data asks several times a line.
    """
    plugins: dict[str, EntryPoint] = {}
    for plugin in entry_points(group=PLUGIN_GROUP):
        owner = "a built-in reward" if plugin.name in BUILT_IN else None
        owner = f"package {_package(plugins[plugin.name])}" if plugin.name in plugins else owner
        if owner is not None:
            raise SettingsError(
                f"package {_package(plugin)} offers a reward called {plugin.name!r}, which is the name of {owner}; "
                "uninstall one of the packages"
            )
        plugins[plugin.name] = plugin
    return plugins


def _loaded(plugin: EntryPoint) -> RewardKind:
    where = _where(plugin)
    with _blamed(plugin, "cannot be loaded"):
        kind = plugin.load()
    if not isinstance(kind, RewardKind):
        raise SettingsError(f"{where}: {plugin.value} must be a RewardKind; it is a {type(kind).__name__}")
    if kind.name != plugin.name:
        raise SettingsError(f"{where}: its RewardKind is called {kind.name!r}; both names must be the same")
    return kind


@contextmanager
def _blamed(plugin: EntryPoint, what: str) -> Iterator[None]:
    """Whatever the plug-in raises is its own error, in one line; to exit is to raise."""
    try:
        yield
    except OspoError:
        raise
    except (Exception, SystemExit) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(f"{_where(plugin)} {what} ({type(error).__name__}: {reason})") from error


def _where(plugin: EntryPoint) -> str:
    return f"reward {plugin.name!r} of package {_package(plugin)}"


def _package(plugin: EntryPoint) -> str:
    return plugin.dist.name if plugin.dist is not None else plugin.module


def _build_weighted(settings: WeightedSettings, base_folder: Path | None) -> WeightedReward[Any]:
    return build_weighted(settings, base_folder, build_reward)


WEIGHTED = RewardKind(
    name="weighted",
    summary="a weighted sum of other rewards",
    settings_model=WeightedSettings,
    build=_build_weighted,
)

BUILT_IN: Mapping[str, RewardKind] = {
    kind.name: kind for kind in (SIMILARITY, RETRIEVAL, RUBRIC, WEIGHTED, CITATION, ENDPOINT, CLASSIFIER, LIKELIHOOD)
}
