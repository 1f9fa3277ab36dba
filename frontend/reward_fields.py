"""The settings of a reward as fields, one for each setting of its kind, by the kind's JSON schema.

Texts, numbers, choices and switches get a field of their sort; a list of texts one line each; whatever is deeper
(facts of a rubric, parts of a weighted sum) is written as YAML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
import yaml

from frontend.client.bodies import RewardKind, Setting
from frontend.escaping import in_label
from frontend.plain_yaml import NotPlain, plain_yaml
from frontend.session import Key

LONG_TEXTS = frozenset({"reference", "template"})
YAML_HEIGHT, TEXT_HEIGHT = 160, 96
MOST_CHARACTERS = 200_000
STARTS: Mapping[str, str] = {
    "facts": "- name: dose\n  weight: 2\n  any_of: [240 mg]\n",
    "parts": "- reward: similarity\n  weight: 1\n  reference: the answer to be close to\n",
}
"""What a field that must be filled begins with, so that its form is seen."""


class Unreadable(ValueError):
    """A field does not hold what its setting needs; the message is one line."""


def field_key(kind: str, setting: str) -> str:
    """The session's key of one field."""
    return f"{Key.SETTING}_{kind}_{setting}"


def fill_fields(kind: RewardKind, settings: Mapping[str, Any]) -> None:
    """Show these settings; the others get their defaults. Before the fields are drawn."""
    for setting in kind.settings:
        given = settings.get(setting.name, None if setting.required else setting.default)
        st.session_state[field_key(kind.name, setting.name)] = _shown(_sort(kind, setting), setting, given)


def reward_fields(kind: RewardKind) -> None:
    """Draw the fields: what must be given first, the rest folded."""
    needed = [setting for setting in kind.settings if setting.required]
    other = [setting for setting in kind.settings if not setting.required]
    for setting in needed or other[:1]:
        _field(kind, setting)
    rest = other if needed else other[1:]
    if rest:
        with st.expander("More settings of this reward"):
            for setting in rest:
                _field(kind, setting)


def read_fields(kind: RewardKind) -> dict[str, Any]:
    """The settings that the fields hold; one that says the default is left out. Raises: Unreadable."""
    read: dict[str, Any] = {}
    for setting in kind.settings:
        value = _read(_sort(kind, setting), setting, st.session_state.get(field_key(kind.name, setting.name)))
        if value is not None and (setting.required or value != setting.default):
            read[setting.name] = value
    return read


def _sort(kind: RewardKind, setting: Setting) -> str:
    """choice, switch, whole, number, lines, long, text or yaml."""
    schema = _of_one_type(kind.schema.get("properties", {}).get(setting.name, {}))
    if "enum" in schema:
        return "choice"
    items = schema.get("items", {})
    if schema.get("type") == "array":
        return "lines" if isinstance(items, Mapping) and items.get("type") == "string" else "yaml"
    simple = {"boolean": "switch", "integer": "whole", "number": "number"}
    if schema.get("type") in simple:
        # A number that may be missing is written as text: an empty field is none.
        return "text" if setting.default is None and not setting.required else simple[schema["type"]]
    if schema.get("type") == "string":
        return "long" if setting.name in LONG_TEXTS else "text"
    return "yaml"


def _of_one_type(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A setting that may be null is one of the other type."""
    kinds: Sequence[Mapping[str, Any]] = schema.get("anyOf", ())
    return next((kind for kind in kinds if kind.get("type") != "null"), schema)


def _field(kind: RewardKind, setting: Setting) -> None:
    key, sort = field_key(kind.name, setting.name), _sort(kind, setting)
    if key not in st.session_state:
        st.session_state[key] = _shown(sort, setting, None if setting.required else setting.default)
    label, told = in_label(_label(setting.name)), in_label(setting.description) or None
    if sort == "choice":
        choices = _of_one_type(kind.schema["properties"][setting.name])["enum"]
        st.selectbox(label, choices, help=told, key=key, persist_state="session")
    elif sort == "switch":
        st.checkbox(label, help=told, key=key, persist_state="session")
    elif sort == "whole":
        st.number_input(label, help=told, step=1, key=key, persist_state="session")
    elif sort == "number":
        st.number_input(label, help=told, step=0.05, key=key, persist_state="session")
    elif sort == "text":
        st.text_input(label, placeholder=setting.description, key=key, persist_state="session")
    else:
        title, height = _TITLES[sort].format(label), YAML_HEIGHT if sort == "yaml" else TEXT_HEIGHT
        st.text_area(
            title,
            placeholder=setting.description,
            height=height,
            max_chars=MOST_CHARACTERS,
            key=key,
            persist_state="session",
        )


_TITLES = {"yaml": "{}, YAML", "lines": "{}, one a line", "long": "{}"}


def _shown(sort: str, setting: Setting, value: Any) -> Any:
    """A value as its field shows it."""
    if sort == "yaml":
        if value is None:
            return STARTS.get(setting.name, "")
        return yaml.safe_dump(value, allow_unicode=True, sort_keys=False) if value else ""
    if sort == "lines":
        return "\n".join(value or ())
    if sort in ("text", "long"):
        return "" if value is None else str(value)
    return value


def _read(sort: str, setting: Setting, shown: Any) -> Any:
    """What a field means; None is nothing. Raises: Unreadable."""
    if sort == "yaml":
        return _yaml(setting.name, shown or "")
    if sort == "lines":
        lines = [line.strip() for line in (shown or "").splitlines() if line.strip()]
        return lines or None
    if sort == "long":
        return shown or None
    if sort == "text":
        return _typed(setting, shown or "")
    return shown


def _typed(setting: Setting, text: str) -> Any:
    """Text, or the number or switch that a setting which may be missing wants."""
    if not text.strip():
        return None
    return text if isinstance(setting.default, str) or setting.required else _scalar(text)


def _scalar(text: str) -> Any:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return value if isinstance(value, (bool, int, float)) else text


def _yaml(name: str, text: str) -> Any:
    try:
        return plain_yaml(text)
    except NotPlain as error:
        raise Unreadable(f"{_label(name)} {error}.") from None


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
