"""Options that `explain` and `compare` share, and what they are turned into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from ospo_core.attribution import Options
from ospo_core.cases.case import Case, load_case
from ospo_core.cli.inputs import checked_text, settings_arguments, text_argument
from ospo_core.errors import InputError
from ospo_core.estimators.methods import METHODS
from ospo_core.games.masking import PLACEHOLDER
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import Reward
from ospo_core.rewards.source import load_reward

PLAYERS = ("word", "token", "phrase", "sentence")
MASKINGS = ("drop", "replace", "attention")
SEGMENTERS = ("auto", "english", "unicode")

_SHARED = (
    click.option("--prompt", metavar="TEXT|@FILE", help="The prompt; may be empty."),
    click.option("--example", metavar="NAME", help="A bundled case instead of prompt, response and reward."),
    click.option("--reward", metavar="KIND|FILE.yaml", help="What is explained; see `ospo rewards`."),
    click.option(
        "--set", "settings", metavar="KEY=VALUE", multiple=True, help="A setting of the reward; KEY=@FILE too."
    ),
    click.option("--players", type=click.Choice(PLAYERS), help="Leaves of the tree (default word)."),
    click.option("--masking", type=click.Choice(MASKINGS), default="drop", help="What absent players look like."),
    click.option("--placeholder", default=PLACEHOLDER, help="What `replace` puts for an absent player."),
    click.option("--method", type=click.Choice([method.name for method in METHODS]), default="auto"),
    click.option("--budget", type=click.IntRange(min=1), help="Most distinct evaluations a response (default 512)."),
    click.option("--seed", type=click.IntRange(min=0), default=0),
    click.option("--tokenizer", metavar="ID|FOLDER", help="Whose tokens; default the bundled SmolLM2's."),
    click.option("--segmenter", type=click.Choice(SEGMENTERS), default="auto"),
    click.option("--json", "json_path", metavar="FILE", help="Write the result; - is standard output."),
    click.option("--html", "html_path", metavar="FILE", help="Write the report: one self-contained file."),
)


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command with the options that explain and compare have in common."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked, read and checked: the case if one was named, prompt, reward and engine options."""

    case: Case | None
    prompt: str
    reward: Reward
    options: Options

    @classmethod
    def of(cls, *, prompt: str | None, example: str | None, reward: str | None, settings: tuple[str, ...], **rest: Any):
        """Read the shared options. Raises: InputError and its kinds."""
        case = load_case(example) if example is not None else None
        if case is None and (prompt is None or reward is None):
            missing = "--prompt" if prompt is None else "--reward"
            raise InputError(f"give {missing}, or name a bundled case with --example (see `ospo examples`)")
        text = case.prompt if case and prompt is None else text_argument(prompt or "", option="--prompt")
        options = Options(
            players=rest["players"],
            masking=rest["masking"],
            placeholder=checked_text(rest["placeholder"], "--placeholder"),
            method=rest["method"],
            budget=rest["budget"],
            seed=rest["seed"],
            tokenizer=rest["tokenizer"],
            segmenter=rest["segmenter"],
        )
        return cls(case=case, prompt=text, reward=_reward(case, reward, settings), options=options)


def _reward(case: Case | None, source: str | None, settings: tuple[str, ...]) -> Reward:
    parsed, literal = settings_arguments(settings)
    if source is not None:
        return load_reward(source, parsed, literal)
    assert case is not None
    if settings:
        raise InputError("--set changes a reward given with --reward; the bundled case brings its own")
    kind = case.reward["kind"]
    return build_reward(kind, {key: value for key, value in case.reward.items() if key != "kind"}, case.folder)
