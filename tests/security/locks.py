"""The locks of requirements/ as data, what the project asks for, and what is installed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "requirements"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
ENGINE = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(line for name in EXTRAS if name not in ("screen", "bench", "all", "dev") for line in EXTRAS[name]),
]
TEST = [line for name in ("bench", "dev") for line in EXTRAS[name] if not line.startswith("ospo[")]
"""What each set of locks is for, as pyproject.toml has it."""

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[0-9][0-9A-Za-z.!+]*) \\")
_HASH = re.compile(r"    --hash=sha256:(?P<digest>[0-9a-f]{64})(?: \\)?")
_REMARK = re.compile(r"#.*|    # via .*|")


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One package of a lock; of builds of torch the version does not tell."""

    name: str
    version: str
    hashes: frozenset[str]


def strange_lines(lock: str) -> list[str]:
    """Lines that are neither pin, hash nor remark: an option, an address, a range, a path."""
    return [line for line in lock.splitlines() if not any(sort.fullmatch(line) for sort in (_PIN, _HASH, _REMARK))]


def text(name: str) -> str:
    """A lock as it lies there."""
    return (FOLDER / f"{name}.txt").read_text("utf-8")


def pins(*names: str) -> list[Pin]:
    """What some locks pin, in order."""
    return [_pin(part) for name in names for part in re.split(r"\n(?=[A-Za-z0-9])", text(name)) if _PIN.match(part)]


def _pin(part: str) -> Pin:
    first = _PIN.match(part)
    assert first is not None
    name = canonicalize_name(first["name"])
    hashes = frozenset(found["digest"] for found in _HASH.finditer(part))
    return Pin(name=name, version=Version(first["version"]).public, hashes=hashes)


def versions(*names: str) -> dict[str, str]:
    """Versions that some locks pin, by name."""
    return {pin.name: pin.version for pin in pins(*names)}


def installed() -> dict[str, str]:
    """Versions of what this interpreter sees, by name; without the part that tells builds of torch apart."""
    return {canonicalize_name(one.name): Version(one.version).public for one in metadata.distributions()}


def needed(asked: Iterable[str]) -> set[str]:
    """Names of what requirements come to here, by the word of the packages that are installed."""
    waiting, seen = [Requirement(line) for line in asked], set()
    while waiting:
        requirement = waiting.pop()
        wants = {(canonicalize_name(requirement.name), extra) for extra in ("", *requirement.extras)} - seen
        seen |= wants
        waiting += [found for want in wants for found in _asked_for_by(*want)]
    return {name for name, _ in seen}


def _asked_for_by(name: str, extra: str) -> list[Requirement]:
    found = [Requirement(line) for line in metadata.requires(name) or ()]
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": extra})]


def install_commands(file: str) -> list[list[str]]:
    """What follows `pip install` in the Makefile or the Dockerfile, word by word."""
    script = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
    locked = re.findall(r'^(?:LOCKED := |ARG LOCKED=")([^"\n]+)', script, flags=re.MULTILINE)
    whole = re.sub(r"\$\(LOCKED\)|\$LOCKED", lambda _: locked[0], script)
    commands = re.findall(r"(?:pip|\(PIP\)) install ([^&;|)\n]+(?:\)[^&;|\n]*)?)", whole)
    return [command.split() for command in commands]
