"""Where results go: a JSON file, an HTML file, or the terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from ospo_core.errors import InputError

STANDARD_OUTPUT = "-"


def check_writable(*paths: str | None) -> None:
    """Refuse before the work starts what could not be written after it. Raises: InputError."""
    for path in paths:
        if path is None or path == STANDARD_OUTPUT:
            continue
        target = Path(path)
        if target.is_dir():
            raise InputError(f"cannot write {path}: it is a folder")
        folder = target.parent
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        if not os.access(target if target.exists() else folder, os.W_OK):
            raise InputError(f"cannot write {path}: permission denied")


def write_json(document: dict[str, Any], path: str) -> None:
    """Write the document as UTF-8 JSON; "-" is standard output. Raises: InputError."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    if path == STANDARD_OUTPUT:
        sys.stdout.write(text)
    else:
        write_text(text, path)


def write_text(text: str, path: str) -> None:
    """Write a UTF-8 file, its folder made where it is missing. Raises: InputError."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
