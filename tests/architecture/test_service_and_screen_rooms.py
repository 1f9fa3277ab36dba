"""Service and screen keep the engine's habits: each module stands in the README and opens with what it is."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    path
    for package in ("backend", "frontend")
    for path in (ROOT / package).rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py") and "migrations" not in path.parts
)
DRAWERS = {"utils", "util", "helpers", "helper", "misc", "common", "tools", "base"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_stands_in_the_readme(module):
    """By its file name, in the tree."""
    assert module.name in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_what_it_is(module):
    """A docstring before anything else, and a name of its own."""
    assert module.read_text("utf-8").startswith('"""')
    assert module.stem not in DRAWERS


def test_the_screens_extra_brings_all_that_it_imports():
    """Its image holds nothing else."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    brought = {re.split("[^a-z0-9-]", requirement)[0] for requirement in extras["screen"]}
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "frontend").rglob("*.py")]

    names = {name.split(".")[0] for tree in trees for node in ast.walk(tree) for name in _imported(node)}

    assert {DISTRIBUTIONS.get(name, name) for name in names - sys.stdlib_module_names - {"frontend"}} <= brought


DISTRIBUTIONS = {"yaml": "pyyaml"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
