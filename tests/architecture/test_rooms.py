"""A newcomer finds the room of every question in the README's tree; no file is a drawer for leftovers."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "ospo_core").rglob("*.py") if path.name not in ("__init__.py", "__main__.py"))
DRAWERS = {"utils", "util", "helpers", "helper", "misc", "common", "tools", "base"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_stands_in_the_readme(module):
    """By its file name, in the tree."""
    assert module.name in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_a_drawer(module):
    """A file is named by what it is about."""
    assert module.stem not in DRAWERS


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_what_it_is(module):
    """A docstring, before anything else."""
    assert module.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))
