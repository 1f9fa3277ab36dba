"""No layer of the service hides from a handler that its client has gone (Starlette's issue 2094)."""

import ast
from pathlib import Path

import pytest

from backend.app import create_app
from backend.guard.layer import Guard
from backend.runs.turnstile import Turnstile
from backend.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "backend").rglob("*.py"))
HIDING = "BaseHTTPMiddleware"


def hiding(source):
    """Lines that name the class, or put a function around every request, which makes one of that class."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if _hides(node)]


def _hides(node):
    aliases = [one.name for one in getattr(node, "names", ()) if isinstance(one, ast.alias)]
    names = [getattr(node, "id", None), getattr(node, "attr", None), *aliases]
    decorated = any(
        isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "middleware"
        for one in getattr(node, "decorator_list", ())
    )
    called = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "middleware"
    return HIDING in names or decorated or called


@pytest.mark.parametrize(
    "source",
    [
        "from starlette.middleware.base import BaseHTTPMiddleware",
        "import starlette.middleware.base as base\nclass Mine(base.BaseHTTPMiddleware): pass",
        "@app.middleware('http')\nasync def mine(request, call_next): ...",
        "app.middleware('http')(mine)",
    ],
)
def test_the_lint_finds_every_way_to_have_one(source):
    """Else the next test would say nothing."""
    assert hiding(source) != []


def test_no_module_has_a_middleware_that_hides():
    """Imported, inherited, decorated or called."""
    found = {path.name: hiding(path.read_text("utf-8")) for path in MODULES}

    assert len(found) > 50
    assert [name for name, lines in found.items() if lines] == []


def test_the_stack_is_the_layers_of_our_own():
    """Whatever a library would add; C1 (tests/load/disconnect.py, tests/api/test_disconnect.py) runs through them."""
    layers = [layer.cls for layer in create_app(Settings()).user_middleware]

    assert {Guard, Turnstile} <= set(layers)
    assert [layer for layer in layers if HIDING in {base.__name__ for base in layer.__mro__}] == []
