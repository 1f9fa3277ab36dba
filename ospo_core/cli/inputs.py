"""What the command line accepts: literal text or @FILE, groups of responses as JSON lines, settings as key=value."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from ospo_core.errors import InputError, SettingsError, TextError

LARGEST_FILE = 50_000_000
LONGEST_PATH = 200

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def text_argument(value: str, *, option: str) -> str:
    """The text itself, or the content of FILE for @FILE; @@ at the start stands for a literal @.

    Raises: TextError: the file is missing, too large or not UTF-8, or the argument's bytes are not UTF-8.
    """
    if value.startswith("@@"):
        return checked_text(value[1:], option)
    if value.startswith("@"):
        return checked_text(file_text(Path(value[1:]), what=option), option)
    return checked_text(value, option)


def file_text(path: Path, *, what: str) -> str:
    """Content of a UTF-8 file, a byte order mark dropped, line ends as they are. Raises: TextError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise TextError(f"{what}: cannot read {_shown(path)}: {error.strerror}") from error
    if len(content) > LARGEST_FILE:
        raise TextError(f"{what}: {path} is larger than {LARGEST_FILE:,} bytes; shorten it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TextError(f"{what}: {path} is not UTF-8 (line {line}, byte {error.start}); save it as UTF-8") from error


def responses_file(path: Path, *, option: str) -> list[str]:
    """One response a line: a JSON string, or an object with the text under "response". Blank lines are skipped.

    Raises: InputError: names the line that does not fit.
    """
    responses = []
    # Not splitlines(): a JSON string may hold the separators that it takes for line ends.
    for number, line in enumerate(file_text(path, what=option).split("\n"), start=1):
        if line.strip():
            responses.append(_response_of(line, where=f"{option}: {path} line {number}"))
    if not responses:
        raise InputError(f'{option}: {path} holds no response; write one JSON object a line: {{"response": "..."}}')
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
            parsed[key] = checked_text(value, f"--set {key}")
    return parsed, literal


def checked_text(value: str, where: str) -> str:
    """The text itself. Raises: TextError: it holds a NUL or half of a surrogate pair."""
    wrong = _NOT_TEXT.search(value)
    if wrong is None:
        return value
    if wrong.group() == "\x00":
        raise TextError(f"{where}: character {wrong.start()} is a NUL, which no text holds; take it out")
    raise TextError(f"{where}: character {wrong.start()} is not valid Unicode; give UTF-8 text")


def _response_of(line: str, *, where: str) -> str:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{where} is not JSON: {error.msg} at column {error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"{where} cannot be read as JSON: it is nested too deep or holds a huge number") from error
    text = value.get("response") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise InputError(f'{where} must be a JSON string or an object with a string under "response"')
    if not text:
        raise InputError(f"{where} is an empty response; give it a text or take the line out")
    return checked_text(text, where)


def _shown(path: Path) -> str:
    """The path, unless it is so long that it must be a text whose @ was taken for the mark of a file."""
    if len(str(path)) <= LONGEST_PATH:
        return str(path)
    return "that path (is it a text? one that starts with @ is written with @@)"
