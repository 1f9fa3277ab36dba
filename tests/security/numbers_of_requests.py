"""Every number of every request, found in the contract, and requests that send some as large as one likes.

What the contract leaves free, a run and the settings of a reward, is found in their own schemas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from backend.app import create_app
from backend.settings import Settings
from ospo_core.rewards.registry import reward_kinds
from ospo_core.training.run_file import RunFile
from tests.api.conftest import RUBRIC
from tests.security.routes import UNKNOWN

CONTRACT = create_app(Settings()).openapi()
EACH = "[]"
"""A step of a path: into a list, here of one."""
COMPLETE: Mapping[str, Mapping[str, Any]] = {
    "/v1/attributions": {"prompt": "p", "response": "r", "reward": RUBRIC},
    "/v1/groups": {"prompt": "p", "responses": ["r", "s"], "reward": RUBRIC},
    "/v1/jobs": {"run": {"preset": "toy"}},
}
"""Bodies that are taken, for what is looked at only then."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """Where a request holds a number, and what the contract says of it; `kind` is that of its reward, if it has one."""

    method: str
    route: str
    part: str
    path: tuple[str, ...]
    schema: Mapping[str, Any]
    kind: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.method, self.route, self.kind, ".".join(self.path))))


Size = Callable[[Number], float]


def huge(number: Number) -> float:
    """The largest that 64 bits hold, or nearly."""
    return 2**63 - 1 if number.schema["type"] == "integer" else 1e308


def allowed(number: Number) -> float:
    """The largest that the contract allows."""
    bound = number.schema.get("maximum", number.schema.get("exclusiveMaximum"))
    assert bound is not None
    return int(bound) - ("maximum" not in number.schema) if number.schema["type"] == "integer" else bound


def request(numbers: Sequence[Number], size: Size) -> dict[str, Any]:
    """One that holds these numbers of one route in that size, as httpx takes it."""
    first = numbers[0]
    inside = {one.path[0]: size(one) for one in numbers if one.part == "path"}
    query = {one.path[0]: size(one) for one in numbers if one.part == "query"}
    bodies = [_placed(one.path, size(one)) for one in numbers if one.part == "body"]
    url = re.sub(r"\{(\w+)\}", lambda name: str(inside.get(name[1], UNKNOWN)), first.route)
    sent: dict[str, Any] = {"method": first.method, "url": url, "params": query}
    if bodies:
        reward = {"reward": {"kind": first.kind}} if first.kind else {}
        sent["json"] = reduce(_merged, bodies, {**COMPLETE.get(first.route.removesuffix("/preview"), {}), **reward})
    return sent


def _placed(path: tuple[str, ...], value: Any) -> Any:
    for step in reversed(path):
        value = [value] if step == EACH else {step: value}
    return value


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        both = {name: _merged(one[name], other[name]) for name in one.keys() & other.keys()}
        return {**one, **other, **both}
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(one[0], other[0])]
    return other


def numbers() -> list[Number]:
    """All there are."""
    operations = [(path, name, one) for path, route in CONTRACT["paths"].items() for name, one in route.items()]
    return [found for path, name, one in operations for found in _of_operation(name.upper(), path, one)]


def _of_operation(method: str, route: str, operation: Mapping[str, Any]) -> Iterator[Number]:
    for given in operation.get("parameters", ()):
        for path, schema in _inside(given["schema"], CONTRACT["components"]["schemas"], (given["name"],)):
            yield Number(method=method, route=route, part=given["in"], path=path, schema=schema)
    if "requestBody" not in operation:
        return
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    for path, schema in _inside(body, CONTRACT["components"]["schemas"]):
        if schema["type"] != "object":
            yield Number(method=method, route=route, part="body", path=path, schema=schema)
        for kind, model in _FREE.get(path[-1], lambda: {})().items():
            own = model.model_json_schema()
            for inner, of_inner in _inside(own, own.get("$defs", {}), path):
                if of_inner["type"] != "object":
                    yield Number(method=method, route=route, part="body", path=inner, schema=of_inner, kind=kind)


_FREE: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "run": lambda: {"": RunFile},
    "settings": lambda: {name: kind.settings_model for name, kind in reward_kinds().items()},
}
"""Objects of any form in the contract, by name: their models, by the kind of reward."""


def _inside(
    schema: Mapping[str, Any], named: Mapping[str, Any], path: tuple[str, ...] = (), seen: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """The numbers in a schema, and the objects of any form; into one that holds itself once."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        if name not in seen:
            yield from _inside(named[name], named, path, (*seen, name))
        return
    if schema.get("type") in ("integer", "number") or (schema.get("type") == "object" and "properties" not in schema):
        yield path, schema
    inner = [(path, one) for several in ("anyOf", "oneOf", "allOf") for one in schema.get(several, ())]
    inner += [((*path, name), one) for name, one in schema.get("properties", {}).items()]
    inner += [
        ((*path, step), schema[name])
        for name, step in (("items", EACH), ("additionalProperties", "any_name"))
        if isinstance(schema.get(name), dict)
    ]
    for where, one in inner:
        yield from _inside(one, named, where, seen)
