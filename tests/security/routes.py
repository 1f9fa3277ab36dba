"""The matrix of routes and methods, made of the application itself: what is added to it is in the tests."""

from __future__ import annotations

import re

from backend.app import create_app
from backend.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def routes() -> list[str]:
    """The addresses of every route and mount that the application itself knows, and two that it does not."""
    app = create_app(Settings())
    known = set(app.openapi()["paths"]) | {getattr(route, "path", "/") for route in app.routes}
    return sorted({re.sub(r"\{\w+\}", UNKNOWN, path) for path in known} | {"/openapi.json", "/nowhere", "/"})
