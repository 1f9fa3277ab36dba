"""The settings of a run as fields, each with its own error below it; what is rarely changed is folded away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from frontend.escaping import in_html, in_label
from frontend.launching.own_prompts import own_rows
from frontend.launching.run_draft import LOSSES, OF_THE_DATA, PLAYERS, RULES
from frontend.session import Key

Draw = Callable[[str, str], Any]
"""Draws a field under a label and a key."""
_TWO = 2


def key_of(name: str) -> str:
    """The session key of a field."""
    return f"{Key.FIELD}_{name}"


def fill_settings(fields: Mapping[str, Any]) -> None:
    """Put values into the form, before it is drawn."""
    for name, value in fields.items():
        st.session_state[key_of(name)] = value


def settings_there(names: Sequence[str]) -> bool:
    """Whether the session still holds the fields: Streamlit drops those of a page that was left."""
    return all(key_of(name) in st.session_state for name in names)


def read_settings(names: Sequence[str]) -> dict[str, Any]:
    """What the form says."""
    return {name: st.session_state[key_of(name)] for name in names}


def draw_settings(errors: Mapping[str, str], rewards: Sequence[str]) -> None:
    """The fields in two columns, then the folded ones. Args: errors: what is wrong, by field."""
    _draw_grid(_main(rewards), errors)
    with st.expander(_advanced_line(), key="train_advanced", expanded=any(name in errors for name in _ADVANCED)):
        _draw_grid(_ADVANCED, errors)


def draw_name() -> None:
    """What the run will be called, beside its start."""
    st.text_input("Name", key=key_of("name"), max_chars=200, placeholder="what to find it by", width=200)


def _draw_grid(fields: Mapping[str, tuple[str, Draw]], errors: Mapping[str, str]) -> None:
    items = list(fields.items())
    for start in range(0, len(items), _TWO):
        for column, (name, (label, draw)) in zip(
            st.columns(_TWO, gap="small"), items[start : start + _TWO], strict=False
        ):
            with column:
                draw(label, key_of(name))
                if name in errors:
                    st.html(f'<div class="field-error" role="alert">{in_html(errors[name])}</div>')


def _text(label: str, key: str) -> None:
    st.text_input(label, key=key, max_chars=500)


def _data(label: str, key: str) -> None:
    st.text_input(label, key=key, max_chars=500, disabled=own_rows() is not None)


def _json(label: str, key: str) -> None:
    st.text_area(label, key=key, height=92, max_chars=20_000)


def _whole(least: int) -> Draw:
    return lambda label, key: st.number_input(label, min_value=least, step=1, key=key)


def _real(least: float, step: float, form: str) -> Draw:
    return lambda label, key: st.number_input(label, min_value=least, step=step, format=form, key=key)


def _choice(options: Sequence[str]) -> Draw:
    def draw(label: str, key: str) -> None:
        value = st.session_state.get(key)
        offered = [*options, *([value] if value not in options else [])]
        st.selectbox(label, offered, key=key, format_func=_choice_words)

    return draw


def _choice_words(name: str) -> str:
    return "uniform, GRPO" if name == "uniform" else in_label(name.replace("_", " "))


def _main(rewards: Sequence[str]) -> dict[str, tuple[str, Draw]]:
    return {
        "model": ("Model: bundled name, hub id or folder", _text),
        "data": ("Prompts: bundled name, or a JSONL file", _data),
        "reward": ("Reward", _choice([OF_THE_DATA, *rewards])),
        "rule": ("Redistribution", _choice(RULES)),
        "players": ("Players", _choice(PLAYERS)),
        "evaluations": ("Evaluations for an Owen value, at most", _whole(2)),
        "steps": ("Steps", _whole(1)),
        "seed": ("Seed", _whole(0)),
    }


_ADVANCED: dict[str, tuple[str, Draw]] = {
    "learning_rate": ("Learning rate", _real(0.0, 1e-5, "%.1e")),
    "beta": ("KL, beta", _real(0.0, 0.01, "%.3f")),
    "group_size": ("Completions a prompt", _whole(2)),
    "prompts_per_step": ("Prompts a step", _whole(1)),
    "lora_rank": ("LoRA rank; 0 trains all weights", _whole(0)),
    "lora_alpha": ("LoRA alpha", _whole(0)),
    "max_new_tokens": ("Longest completion, tokens", _whole(1)),
    "temperature": ("Temperature", _real(0.0, 0.1, "%.2f")),
    "rule_weight": ("Weight of hybrid and blend", _real(0.0, 0.1, "%.2f")),
    "clip": ("Clip of token advantages; 0 is none", _real(0.0, 0.5, "%.1f")),
    "loss_type": ("Loss", _choice(LOSSES)),
    "save_every": ("Steps between checkpoints", _whole(1)),
    "sample_every": ("Steps between samples", _whole(1)),
    "samples": ("Sampled prompts", _whole(0)),
    "reward_settings": ("Settings of the reward, JSON", _json),
    "watch": ("Watched rewards by name, JSON", _json),
}


def _advanced_line() -> str:
    """The fold says what is in it."""
    value = {name: st.session_state[key_of(name)] for name in _ADVANCED}
    lora = f"LoRA r {value['lora_rank']}" if value["lora_rank"] else "all weights"
    prompts = f"{value['prompts_per_step']} prompt{'' if value['prompts_per_step'] == 1 else 's'} a step"
    rate, group = _short(value["learning_rate"]), value["group_size"]
    said = f"learning rate {rate}, KL {value['beta']:g}, group size {group}, {prompts}"
    return f"**Advanced** {in_label(f'{said}, {lora}, {len(_ADVANCED) - 5} more')}"


def _short(value: float) -> str:
    return f"{value:.1e}".replace(".0e", "e").replace("e-0", "e−")
