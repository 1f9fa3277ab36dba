"""The contract: FastAPI's OpenAPI document with our problems in the place of its own validation errors.

`python -m backend.openapi` writes docs/openapi.json anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from backend.problem import FieldError, Problem

COMMITTED = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "Every route but `/livez` wants it. A service on loopback without OSPO_TOKEN and OSPO_USERS_FILE "
    "asks for none, and overlooks whatever is sent.",
}
_REF = "#/components/schemas/{model}"


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the schemas that `problems.documented` refers to. Changes it in place, the same every time."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (Problem, FieldError):
        schema = model.model_json_schema(ref_template=_REF, mode="serialization")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    document["components"]["securitySchemes"] = {"token": TOKEN}
    document["security"] = [{"token": []}]
    document["paths"]["/livez"]["get"]["security"] = []
    return document


def written(document: dict[str, Any]) -> str:
    """The text of docs/openapi.json."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    from backend.app import create_app
    from backend.settings import Settings

    COMMITTED.write_text(written(create_app(Settings()).openapi()), "utf-8")  # pyright: ignore[reportCallIssue]
