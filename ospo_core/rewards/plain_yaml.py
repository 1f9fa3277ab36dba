"""Plain YAML: no tags, no aliases (a few of which can stand for gigabytes), and no key twice.

Knows nothing of what the content means. A problem is one line that says where.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ospo_core.errors import SettingsError


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases and without a key given twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not read", problem_mark=self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"{name!r} is given twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def plain_yaml_file(path: Path) -> Any:
    """The content of a UTF-8 file. Raises: SettingsError: it cannot be read, or is not plain YAML; says which line."""
    return plain_yaml(_text_of(path), path.name)


def plain_yaml(text: str, where: str) -> Any:
    """The content of a text. Raises: SettingsError: it is not plain YAML; `where` opens the message."""
    try:
        return yaml.load(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise SettingsError(f"{where}{line}: is not plain YAML ({error.problem or error.context})") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise SettingsError(f"{where}: is not plain YAML ({type(error).__name__})") from None


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path.name}: cannot be read ({error.strerror})") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path.name}, line {line}: is not UTF-8; save the file as UTF-8") from None
