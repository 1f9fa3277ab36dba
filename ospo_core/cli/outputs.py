"""Where results go: a JSON file, an HTML file, the terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from ospo_core.errors import InputError

STANDARD_OUTPUT = "-"


def deliver(document: dict[str, Any], json_path: str | None, html_path: str | None) -> None:
    """Write a document of either kind where it was asked for, and show it unless standard output is for the JSON.

    Raises: InputError: a file cannot be written.
    """
    # Not at the top: the reports bring Jinja, and a mistyped option should not wait for it.
    from ospo_core.report.compare_page import compare_html
    from ospo_core.report.explain_page import explain_html
    from ospo_core.report.terminal import compare_terminal, explain_terminal

    views = {"explain": (explain_html, explain_terminal), "compare": (compare_html, compare_terminal)}
    html, terminal = views[document["kind"]]
    console = Console(quiet=json_path == STANDARD_OUTPUT)
    terminal(document, console)  # first, so that a disk that is full does not take the result with it
    if json_path:
        write_json(document, json_path)
    if html_path:
        write_text(html(document), html_path)
        console.print(f"report: {html_path}", markup=False, highlight=False)


def check_writable(json_path: str | None, html_path: str | None) -> None:
    """Refuse before the work starts what could not be written after it. Raises: InputError."""
    if html_path == STANDARD_OUTPUT:
        raise InputError("--html writes a file, not standard output; name one (./- if it is to be called -)")
    files = [path for path in (json_path, html_path) if path is not None and path != STANDARD_OUTPUT]
    for path in files:
        _check_writable(path)
    if len({os.path.realpath(path) for path in files}) < len(files):
        raise InputError(f"cannot write both results to {files[0]}; name two files")


def _check_writable(path: str) -> None:
    if not path:
        raise InputError("cannot write a file without a name; give --json and --html a path")
    target = Path(path)
    if target.is_dir():
        raise InputError(f"cannot write {path!r}: it is a folder; name a file in it")
    folder = target.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise InputError(f"cannot write {path!r}: {folder} is not a folder")
    if not os.access(target if target.exists() else folder, os.W_OK):
        raise InputError(f"cannot write {path!r}: permission denied")


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
