"""Which methods a path has: Starlette names only those of the first route that matches."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import compile_path


def methods_of(app: FastAPI, path: str) -> list[str]:
    """The methods of the contract for a path, in alphabetical order; empty where there is no such path."""
    for pattern, operations in app.openapi()["paths"].items():
        if compile_path(pattern)[0].fullmatch(path):
            return sorted(method.upper() for method in operations)
    return []
