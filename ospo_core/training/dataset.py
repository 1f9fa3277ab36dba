"""The prompts of a run: JSONL of {"prompt": ..., and settings of the reward for that prompt}, checked line by line.

Read as a stream, each line bounded. What is wrong is told of every line, up to a number of them. Knows no model.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ospo_core.errors import SettingsError, WrongLines
from ospo_core.training.bundled_data import BUNDLED_DATA
from ospo_core.training.row_reward import anchored_row, check_reward, known_settings, with_row

LONGEST_LINE = 1_000_000
MOST_LINES = 200_000
LONGEST_PROMPT = 100_000
MOST_FAULTS = 20
"""Wrong lines that are told; after so many the rest is not read."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRow:
    """One prompt, the settings that its line puts on top of the rewards', and the number of that line."""

    prompt: str
    settings: Mapping[str, Any]
    line: int


def load_prompts(data: str, rewards: Mapping[str, Mapping[str, Any]]) -> tuple[PromptRow, ...]:
    """Every row of a bundled data set or of a file, checked against the settings of these rewards.

    Blank lines are skipped. Relative paths in a row start from the folder of its file.
    Raises: WrongLines: lines are wrong, set what no reward knows, or give a reward wrong settings; says which, never
        what they say. SettingsError: the file cannot be read, is too long, or holds no prompt.
    """
    path = BUNDLED_DATA[data].path if data in BUNDLED_DATA else Path(data)
    known = frozenset().union(*(known_settings(reward) for reward in rewards.values()))
    rows: list[PromptRow] = []
    faults: list[str] = []
    for number, line in _lines(path):
        try:
            rows.append(_checked(_row(line, number, path), path, rewards, known))
        except SettingsError as error:
            faults.append(str(error))
        # The rest of a line that is too long would pass for further lines.
        if len(faults) == MOST_FAULTS or _is_too_long(line):
            break
    if faults:
        raise WrongLines(faults)
    if not rows:
        raise SettingsError(f'data {path.name}: holds no prompt; it needs one {{"prompt": ...}} a line')
    return tuple(rows)


def prompt_order(count: int, needed: int, seed: int) -> list[int]:
    """Which row comes when: pass after pass over all rows, each pass shuffled anew. A longer order begins as a shorter.

    It depends on nothing but the seed, so that a run goes on with the prompts it would have had.
    """
    generator = random.Random(f"prompts {seed}")
    order: list[int] = []
    while len(order) < needed:
        order += generator.sample(range(count), count)
    return order[:needed]


def data_sha256(rows: Sequence[PromptRow]) -> str:
    """Hash of the prompts and their settings, in order."""
    content = json.dumps([[row.prompt, row.settings] for row in rows], sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of every line that is not blank."""
    try:
        with path.open("rb") as file:
            # Two more than a line may have: its line end, and one that shows that it is too long.
            for number in range(1, MOST_LINES + 2):
                line = file.readline(LONGEST_LINE + 3)
                if not line:
                    return
                if number > MOST_LINES:
                    raise SettingsError(f"{path.name}: has more than {MOST_LINES:,} lines; split it")
                if number == 1:
                    line = line.removeprefix(_BOM)
                if line.strip():
                    yield number, line
    except OSError as error:
        raise SettingsError(f"data {path.name}: cannot be read ({error.strerror})") from None


def _is_too_long(line: bytes) -> bool:
    return len(line.rstrip(b"\r\n")) > LONGEST_LINE


def _checked(row: PromptRow, path: Path, rewards: Mapping[str, Mapping[str, Any]], known: frozenset[str]) -> PromptRow:
    where = f"{path.name}, line {row.line}"
    unknown = sorted(row.settings.keys() - known)
    if unknown:
        legal = ", ".join(sorted(known))
        raise SettingsError(f"{where}: no reward of this run has a setting {unknown[0][:40]!r}; known here: {legal}")
    settings: Mapping[str, Any] = row.settings
    for name, reward in rewards.items():
        settings = anchored_row(settings, reward, path.parent.resolve())
        check_reward(with_row(reward, settings), where if name == "reward" else f"{where}, watch.{name}")
    return PromptRow(prompt=row.prompt, settings=settings, line=row.line)


def _row(line: bytes, number: int, path: Path) -> PromptRow:
    where = f"{path.name}, line {number}"
    if _is_too_long(line):
        raise SettingsError(f"{where}: is longer than {LONGEST_LINE:,} bytes; shorten it")
    content = _json(line, where)
    if not isinstance(content, dict) or "prompt" not in content:
        raise SettingsError(f'{where}: must be an object with "prompt"')
    prompt = content.pop("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise SettingsError(f'{where}: "prompt" must be a text that is not blank')
    if len(prompt) > LONGEST_PROMPT:
        raise SettingsError(f'{where}: "prompt" is longer than {LONGEST_PROMPT:,} characters; shorten it')
    if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in prompt):
        raise SettingsError(f'{where}: "prompt" holds a NUL or half a surrogate pair, which are no characters')
    return PromptRow(prompt=prompt, settings=content, line=number)


def _json(line: bytes, where: str) -> Any:
    try:
        return json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refused)
    except UnicodeDecodeError:
        raise SettingsError(f"{where}: is not UTF-8; save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise SettingsError(f"{where}: is not valid JSON ({error.msg} at column {error.colno})") from None
    except _Refused as error:
        raise SettingsError(f"{where}: {error}") from None
    except (RecursionError, ValueError):
        raise SettingsError(f"{where}: is nested too deeply, or holds a number too long to read") from None


class _Refused(ValueError):
    """Valid for Python's parser, but not what anyone meant."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise _Refused("a key is given twice in one object")
    return dict(pairs)


def _refused(constant: str) -> Any:
    raise _Refused(f"{constant} is not a number that JSON knows")
