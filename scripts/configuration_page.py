"""Writes docs/configuration.md from the settings classes and the compose files: `python -m scripts.configuration_page`.

A test holds the committed page against it. What a compose variable means stands here, since YAML has no place for it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from backend.settings import Settings as ServiceSettings
from frontend.settings import Settings as ScreenSettings

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "configuration.md"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+):?(?P<sign>[-?])(?P<default>[^}]*)\}")

INTRODUCTION = """# Configuration

From the environment; with Docker Compose from the file `.env` beside docker-compose.yml. Lists are JSON unless it says
otherwise. This page is written by `python -m scripts.configuration_page`; edit the settings classes, not the page.

"""
COMPUTED = {"data_dir": "~/.local/share/ospo", "trainer": "`python -m ospo_core.training`"}
"""Defaults that depend on the machine, as they are to be read."""
COMPOSE_MEANINGS = {
    "OSPO_TOKEN": "token between screen and service; `make secrets` makes one",
    "OSPO_DATABASE_PASSWORD": "of the database; `make secrets` makes one, and the database keeps the one it began with",
    "OSPO_PUBLISH": "address at which the screen is published; read docs/deployment.md before you open it",
    "OSPO_PUBLISH_PORT": "port at which the screen is published",
    "OSPO_PUBLISH_API_PORT": "port at which docker-compose.api.yml publishes the service",
    "OSPO_FRONTEND_HOSTS": "further names by which the screen may be opened, with commas: a proxy's, for example",
    "OSPO_ALLOWED_HOSTS": 'Host names that the service answers to; keep "api" among them, the screen uses it',
    "OSPO_FRONTEND_MEMORY": "most memory of the screen",
    "OSPO_API_MEMORY": "most memory of the service",
    "OSPO_WORKER_MEMORY": "most memory of a worker with its trainer",
    "OSPO_POSTGRES_MEMORY": "most memory of the database",
    "OSPO_FRONTEND_CPUS": "most processors of the screen, 1.5 for example; 0 is all that there are",
    "OSPO_API_CPUS": "the same of the service",
    "OSPO_WORKER_CPUS": "the same of a worker with its trainer, beside the smaller share that it has anyway",
    "OSPO_POSTGRES_CPUS": "the same of the database",
    "OSPO_POSTGRES_IMAGE": "image of PostgreSQL",
    "OSPO_PYTHON_IMAGE": "image that both of ours are built on: CPython 3.11 on Debian",
    "OSPO_SCREEN_IMAGE": "name of the screen's image",
    "OSPO_ENGINE_IMAGE": "name of the image of service and worker",
    "OSPO_ENGINE_GPU_IMAGE": "the same under docker-compose.gpu.yml",
    "OSPO_TORCH_INDEX": "package index of torch's build, for `--build`; empty is PyPI",
}


def page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        "## Service and worker\n\n`python -m backend`, `python -m backend.worker`.\n\n",
        _table(_service_rows()),
        "\n## Screen\n\n`python -m frontend`.\n\n",
        _table(_screen_rows()),
        "\n## Docker Compose\n\nIn `.env`, beside any of the service's above but `OSPO_HOST`, `OSPO_PORT`,\n"
        "`OSPO_DATA_DIR` and `OSPO_DATABASE_URL`, which the compose file sets.\n\n",
        _table(_compose_rows()),
    ]
    return "".join(parts)


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    lines += [f"| `{variable}` | {default} | {meaning} |" for variable, default, meaning in rows]
    return "\n".join(lines) + "\n"


def _service_rows() -> Iterable[tuple[str, str, str]]:
    for name, field in ServiceSettings.model_fields.items():
        yield f"OSPO_{name.upper()}", COMPUTED.get(name) or _default(field), field.description or ""


def _default(field: FieldInfo) -> str:
    return "" if field.default is PydanticUndefined else _written(field.default)


def _screen_rows() -> Iterable[tuple[str, str, str]]:
    for field in fields(ScreenSettings):
        yield field.metadata["variable"], _written(field.default), field.metadata["meaning"]


def _written(default: object) -> str:
    if isinstance(default, int) and default >= 10_000:
        return f"{default:_}"
    return {None: "", (): "none"}.get(default, str(default))  # pyright: ignore[reportArgumentType] - all are hashable


def _compose_rows() -> Iterable[tuple[str, str, str]]:
    texts = [path.read_text("utf-8") for path in sorted(ROOT.glob("docker-compose*.yml"))]
    found = {match["name"]: match for text in texts for match in _VARIABLE.finditer(text)}
    for name, meaning in COMPOSE_MEANINGS.items():
        match = found.pop(name)
        yield name, "must be set" if match["sign"] == "?" else match["default"], meaning
    if found:
        raise SystemExit(f"no meaning is given for {', '.join(sorted(found))}")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.exit(0)
