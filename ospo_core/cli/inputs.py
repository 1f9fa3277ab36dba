"""What the command line accepts: literal text or @FILE, groups of responses as JSON lines, settings as key=value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ospo_core.errors import InputError, SettingsError, TextError

LARGEST_FILE = 50_000_000


def text_argument(value: str, *, option: str) -> str:
    """The text itself, or the content of FILE for @FILE; @@ at the start stands for a literal @.

    Raises: TextError: the file is missing, too large or not UTF-8, or the argument's bytes are not UTF-8.
    """
    if value.startswith("@@"):
        return _checked(value[1:], option)
    if value.startswith("@"):
        return file_text(Path(value[1:]), what=option)
    return _checked(value, option)


def file_text(path: Path, *, what: str) -> str:
    """Content of a UTF-8 file, a byte order mark dropped, line ends as they are. Raises: TextError."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TextError(f"{what}: {path} is larger than {LARGEST_FILE} bytes")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(f"{what}: {path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise TextError(f"{what}: cannot read {path}: {error.strerror}") from error


def responses_file(path: Path) -> list[str]:
    """One response a line: a JSON string, or an object with the text under "response". Blank lines are skipped.

    Raises: InputError: names the line that does not fit.
    """
    responses = []
    for number, line in enumerate(file_text(path, what="--responses").splitlines(), start=1):
        if line.strip():
            responses.append(_response_of(line, where=f"{path} line {number}"))
    if not responses:
        raise InputError(f'{path} holds no response; write one JSON object a line: {{"response": "..."}}')
    return responses


def settings_arguments(pairs: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """(settings to be read as YAML scalars, settings to be taken as text) from key=value and key=@FILE.

    Raises: SettingsError: no "=", or a key given twice. TextError: the file cannot be read.
    """
    parsed: dict[str, str] = {}
    literal: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise SettingsError(f"--set takes key=value or key=@FILE, got {pair[:60]!r}")
        if key in parsed or key in literal:
            raise SettingsError(f"--set gives {key!r} twice")
        if value.startswith("@"):
            literal[key] = text_argument(value, option=f"--set {key}")
        else:
            parsed[key] = _checked(value, f"--set {key}")
    return parsed, literal


def _response_of(line: str, *, where: str) -> str:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{where} is not JSON: {error.msg} at column {error.colno}") from error
    text = value.get("response") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise InputError(f'{where} must be a JSON string or an object with a string under "response"')
    return text


def _checked(value: str, option: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TextError(f"{option}: character {error.start} is not valid Unicode; give UTF-8 text") from error
    return value
