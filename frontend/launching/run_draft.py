"""The settings of a run as flat fields of a form, and the run file that they make. Knows neither screen nor HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RULES = (
    "blend",
    "past_conditioned",
    "uniform",
    "proportional",
    "rank",
    "rank_as_published",
    "hybrid",
    "signed",
    "return_to_go",
    "prefix",
)
LOSSES = ("dapo", "grpo", "dr_grpo", "bnpo")
PLAYERS = ("word", "phrase")
OF_THE_DATA = "that of the prompts"
"""The reward, where the file names none: a bundled data set brings its own."""

DEFAULTS: Mapping[str, Any] = {
    "name": "",
    "rule": "uniform",
    "rule_weight": 0.5,
    "clip": None,
    "players": "word",
    "evaluations": 32,
    "model": "smollm2",
    "lora": {"rank": 16, "alpha": 32},
    "data": "product_search",
    "reward": None,
    "watch": None,
    "steps": 40,
    "group_size": 8,
    "prompts_per_step": 1,
    "max_new_tokens": 28,
    "temperature": 0.7,
    "learning_rate": 1e-4,
    "beta": 0.0,
    "loss_type": "dapo",
    "seed": 0,
    "save_every": 10,
    "sample_every": 5,
    "samples": 2,
}
"""What docs/training.md says a run is where its file says nothing."""


class UnreadableField(ValueError):
    """A field holds what is no setting; `name` is the field."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a run makes of completions. What credit for one of them costs depends on the rule: the service knows it."""

    completions: int
    prompts: int
    steps: int

    @property
    def a_step(self) -> int:
        """Completions of one step; as many reward calls as a run without token credit makes in it."""
        return self.completions * self.prompts

    @property
    def of_grpo(self) -> int:
        """Reward calls that the run without token credit makes in all."""
        return self.a_step * self.steps


def fields_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """A run file, or the part of one that a preset gives, as the values of the form."""
    values = {**DEFAULTS, **{name: value for name, value in run.items() if name in DEFAULTS}}
    lora, reward = values.pop("lora"), dict(values.pop("reward") or {})
    kind = reward.pop("kind", OF_THE_DATA)
    return values | {
        "lora_rank": lora["rank"] if lora else 0,
        "lora_alpha": lora["alpha"] if lora else 0,
        "clip": values["clip"] or 0.0,
        "reward": kind,
        "reward_settings": _json(reward),
        "watch": _json(values["watch"]),
    }


def run_of(
    preset: str, given: Mapping[str, Any], fields: Mapping[str, Any], *, own_rows: bool = False
) -> dict[str, Any]:
    """The run file: the preset, and what differs from what it gives.

    Args:
        preset: its name.
        given: the preset's own run.
        fields: the values of the form.
        own_rows: prompts go with the request, so that the file names none.

    Raises: UnreadableField.
    """
    before, now = _file_of(fields_of(given)), _file_of(fields)
    if own_rows and now["reward"] is None:
        raise UnreadableField("reward", "must be chosen: prompts of your own bring none")
    changed = {name for name, value in now.items() if value != before[name]}
    if own_rows or "data" in changed:
        changed |= {"reward", "watch"}  # other data brings other rewards, unless the file names these
    if own_rows:
        changed -= {"data"}
    return {"preset": preset} | {name: value for name, value in now.items() if name in changed}


def price_of(run: Mapping[str, Any]) -> Price:
    """Of a run file with its preset filled in."""
    run = {**DEFAULTS, **run}
    return Price(
        completions=run["group_size"],
        prompts=run["prompts_per_step"],
        steps=run["steps"],
    )


def errors_by_field(refused: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What the service refuses, by field, a reason a line. Of a whole run it says `run: lora.rank: x; steps: y`."""
    told: dict[str, list[str]] = {}
    for path, message in _parted(refused):
        told.setdefault(field_of(path), []).append(_capital(message))
    return {field: "\n".join(messages) for field, messages in told.items()}


def _parted(refused: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for path, message in refused:
        if path.removeprefix("body.") != "run":
            yield path, message
            continue
        for part in message.removeprefix("run: ").split("; "):
            name, colon, rest = part.partition(": ")
            yield (name, rest) if colon and " " not in name else ("run", part)


def _capital(message: str) -> str:
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def field_of(path: str) -> str:
    """The field that the service means by a path such as body.run.lora.rank."""
    parts = path.removeprefix("body.").removeprefix("run.").split(".")
    name = "_".join(parts[:2]) if parts[0] == "lora" else parts[0]
    return "reward_settings" if parts[0] == "reward" and len(parts) > 1 and parts[1] != "kind" else name


def _file_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    run = {name: fields[name] for name in DEFAULTS if name not in ("lora", "reward", "watch", "clip")}
    rank = fields["lora_rank"]
    settings = _mapping("reward_settings", fields)
    chosen = fields["reward"]
    return run | {
        "lora": {"rank": rank, "alpha": fields["lora_alpha"]} if rank else None,
        "clip": fields["clip"] or None,
        "reward": None if chosen == OF_THE_DATA else {"kind": chosen, **settings},
        "watch": _mapping("watch", fields),
    }


def _mapping(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    text = str(fields[name] or "").strip()
    if not text:
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        raise UnreadableField(name, "is no JSON") from None
    if not isinstance(value, dict):
        raise UnreadableField(name, "must be a JSON object, {...}")
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""
