"""Prompts are read line by line; every wrong line is named, and what it says is not."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ospo_core.errors import SettingsError, WrongLines
from ospo_core.training.bundled_data import BUNDLED_DATA
from ospo_core.training.dataset import LONGEST_LINE, MOST_FAULTS, load_prompts, prompt_order
from ospo_core.training.prompt_reward import PromptReward
from tests.api.conftest import client, database_url, postgres, postgres_url, serve

__all__ = ["client", "database_url", "postgres", "postgres_url", "serve"]

RUBRIC = {"kind": "rubric"}
FACTS = [{"name": "dose", "any_of": ["400 mg"]}]
FREE = RUBRIC | {"facts": FACTS}
"""A reward that needs nothing of a line."""


def written(folder: Path, content: bytes) -> Path:
    path = folder / "prompts.jsonl"
    path.write_bytes(content)
    return path


def test_byte_order_mark_windows_line_ends_and_blank_lines_are_tolerated(tmp_path):
    """As editors leave them; lines keep their numbers."""
    path = written(tmp_path, b'\xef\xbb\xbf{"prompt": "one"}\r\n\r\n{"prompt": "two"}')

    rows = load_prompts(str(path), {"reward": FREE})

    assert [(row.prompt, row.line) for row in rows] == [("one", 1), ("two", 3)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"prompt": "secret", "prompt": "b"}', "given twice"),
        (b'{"prompt": "secret", "x": NaN}', "NaN is not a number"),
        (b'{"prompt": "secret", "x": -Infinity}', "-Infinity is not a number"),
        (b'{"prompt": "secret"', "not valid JSON"),
        (b'"secret"', 'an object with "prompt"'),
        (b'{"text": "secret"}', 'an object with "prompt"'),
        (b'{"prompt": 5}', "must be a text"),
        (b'{"prompt": "  "}', "not blank"),
        (b'{"prompt": "secret\\u0000"}', "NUL"),
        (b'{"prompt": "secret\\ud800"}', "surrogate"),
        (b'{"prompt": "secret\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"prompt": "' + b"a" * LONGEST_LINE + b'"}', "longer than"),
    ],
)
def test_a_wrong_line_is_named_and_not_quoted(tmp_path, line, problem):
    """The message holds the number of the line, what is wrong, and nothing of the text."""
    path = written(tmp_path, b'{"prompt": "fine"}\n' + line + b"\n")

    with pytest.raises(WrongLines, match=problem) as raised:
        load_prompts(str(path), {"reward": FREE})

    assert "line 2" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_every_wrong_line_is_told(tmp_path):
    """By its number and its own reason, whether it is no JSON or sets what no reward knows; right ones are not."""
    lines = [b'{"prompt": "fine"}', b"broken", b"", b'{"prompt": 5}', b'{"prompt": "fine"}', b'{"prompt": "p", "x": 1}']

    with pytest.raises(WrongLines) as raised:
        load_prompts(str(written(tmp_path, b"\n".join(lines))), {"reward": FREE})

    told = [re.fullmatch(r"prompts.jsonl, line (\d+): (.+)", fault) for fault in raised.value.faults]
    assert [fault[1] for fault in told] == ["2", "4", "6"]
    assert ["not valid JSON" in told[0][2], "must be a text" in told[1][2], "setting 'x'" in told[2][2]] == [True] * 3
    assert "\n" not in str(raised.value)


def test_what_is_told_of_a_file_that_is_wrong_throughout_ends(tmp_path):
    """At the twentieth line; the rest is not read."""
    path = written(tmp_path, b"broken\n" * 300_000)

    with pytest.raises(WrongLines) as raised:
        load_prompts(str(path), {"reward": FREE})

    assert len(raised.value.faults) == MOST_FAULTS == 20


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"prompt": "p", "factts": FACTS}, "no reward of this run has a setting 'factts'"),
        ({"prompt": "p", "facts": []}, "facts"),
        ({"prompt": "p"}, "facts is required"),
    ],
)
def test_settings_of_a_row_are_checked_before_anything_is_trained(tmp_path, row, problem):
    """Against the rewards of the run, by line."""
    path = written(tmp_path, json.dumps(row).encode())

    with pytest.raises(SettingsError, match=problem) as raised:
        load_prompts(str(path), {"reward": RUBRIC})

    assert "line 1" in str(raised.value)


def test_an_empty_file_is_refused(tmp_path):
    """There is nothing to train on."""
    with pytest.raises(SettingsError, match="holds no prompt"):
        load_prompts(str(written(tmp_path, b"\n\n")), {"reward": RUBRIC})


def test_relative_paths_of_a_row_start_at_its_file(tmp_path):
    """Wherever the program was started."""
    row = {"prompt": "p", "catalogue": "shop.jsonl", "targets": ["a"]}
    path = written(tmp_path, json.dumps(row).encode())

    rows = load_prompts(str(path), {"reward": {"kind": "retrieval"}})

    assert rows[0].settings["catalogue"] == str(tmp_path / "shop.jsonl")


def test_every_prompt_comes_once_a_pass_and_a_longer_order_begins_as_a_shorter():
    """So that a run with more steps goes on with the prompts it would have had."""
    order = prompt_order(5, 12, seed=3)

    assert sorted(order[:5]) == sorted(order[5:10]) == [0, 1, 2, 3, 4]
    assert prompt_order(5, 7, seed=3) == order[:7]
    assert prompt_order(5, 12, seed=4) != order


@pytest.mark.parametrize(("name", "trained", "held_out"), [("product_search", 48, 32), ("citations", 48, 32)])
def test_bundled_data_fit_their_rewards_and_share_no_prompt(name, trained, held_out):
    """Enough to train on, enough held out, every line right for what it is trained on and watched by."""
    data = BUNDLED_DATA[name]
    rewards = {"reward": data.reward, **data.watch}

    rows = load_prompts(name, rewards)
    others = load_prompts(str(data.held_out), rewards)

    assert len(rows) >= trained
    assert len(others) >= held_out
    assert not {row.prompt for row in rows} & {row.prompt for row in others}


@pytest.mark.slow
def test_copying_the_prompt_of_the_citations_does_not_win():
    """The two facts asked for, cited, are worth more than everything; the prompt itself is worth less than silence."""
    rows = load_prompts("citations", {"reward": BUNDLED_DATA["citations"].reward})[:1]
    reward = PromptReward("reward", BUNDLED_DATA["citations"].reward, rows)
    sources = dict(re.findall(r"^\[(\d)\] (.*)\.$", rows[0].prompt, re.MULTILINE))
    asked = [f"{sources[number]} [{number}]." for number in ("3", "4")]
    everything = [f"{source} [{number}]." for number, source in sources.items()]
    texts = [" ".join(asked), " ".join(everything), "", rows[0].prompt]

    scores = reward([""] * 4, texts, row=[0] * 4)

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


@pytest.mark.parametrize(
    "content",
    [
        '{"prompt": "one"}'.encode("utf-16"),
        gzip.compress(b'{"prompt": "one"}\n' * 100)[:40],
        b'{"prompt": "one"}\r{"prompt": "two"}',
    ],
    ids=["UTF-16", "cut gzip", "lone CR"],
)
def test_what_is_no_jsonl_is_one_line(tmp_path, content):
    """Another encoding, a compressed file that is cut, and rows that only an old Macintosh parts."""
    path = written(tmp_path, content)

    with pytest.raises(WrongLines, match="line 1:"):
        load_prompts(str(path), {"reward": FREE})


MEASURED = """
import sys
from ospo_core.errors import SettingsError
from ospo_core.training.dataset import load_prompts

open("/proc/self/clear_refs", "w").write("5")
try:
    load_prompts(sys.argv[1], {"reward": {"kind": "rubric", "facts": [{"name": "a", "any_of": ["a"]}]}})
except SettingsError as error:
    print(error)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
MOST_MEMORY = 100_000_000 + 2 * LONGEST_LINE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "size", "told"),
    [
        (b"", 10**9, "line 1: is longer than 1,000,000 bytes"),
        (b"\n" * 1_000_000, 1_000_000, "more than 200,000 lines"),
        (b"broken\n" * 1_000_000, 7_000_000, "line 20: is not valid JSON"),
    ],
    ids=["one line of 1 GB", "a million empty lines", "a million wrong lines"],
)
def test_a_file_of_any_size_takes_little_memory(tmp_path, content, size, told):
    """Refused where it is too long; the whole process never holds more than 100 MB and twice the longest line."""
    path = written(tmp_path, content)
    with path.open("r+b") as file:
        file.truncate(size)

    done = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True)

    peak = int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout)[1]) * 1024
    print(f"peak: {peak / 1e6:.0f} of {MOST_MEMORY / 1e6:.0f} MB")
    assert told in done.stdout
    assert peak < MOST_MEMORY


GOOD = '{"prompt": "fine"}'


@pytest.mark.parametrize(
    ("rows", "where", "reason"),
    [
        (f"\ufeff{GOOD}\nbroken", "rows, line 2: ", "not valid JSON"),
        (f"{GOOD}\r\nbroken\r\n", "rows, line 2: ", "not valid JSON"),
        (f"{GOOD}\r{GOOD}", "rows, line 1: ", "not valid JSON"),
        (f'{GOOD}\n{{"prompt": "a", "prompt": "b"}}', "rows, line 2: ", "given twice"),
        (f"{GOOD}\n" + "[" * 100_000, "rows, line 2: ", "nested too deeply"),
        (f"{GOOD}\n" + '{"prompt": ' * 5_000, "rows, line 2: ", "nested too deeply"),
        (f'{GOOD}\n{{"prompt": "{"a" * LONGEST_LINE}"}}', "rows, line 2: ", "longer than"),
        (f'{GOOD}\n{{"prompt": "a", "x": 1e999}}', "rows, line 2: ", "setting 'x'"),
        ("\n" * 200_001, "", "more than 200,000 lines"),
        (GOOD.encode("utf-16").decode("utf-8", "replace"), "", "holds a NUL"),
        (gzip.compress(GOOD.encode() * 100)[:40].decode("latin-1"), "", "holds a NUL"),
    ],
    ids=[
        *("BOM", "CRLF", "lone CR", "key twice", "deep list", "deep object", "long line", "1e999", "empty lines"),
        *("UTF-16", "cut gzip"),
    ],
)
def test_rows_of_a_job_are_refused_by_line(client, rows, where, reason):
    """As what an editor or a browser makes of such a file; what no line can hold is refused of the whole body."""
    job = {"run": {"preset": "toy", "reward": FREE, "watch": {}}, "rows": rows}

    answer = client.post("/v1/jobs", json=job)

    problem = answer.json()
    told = [error["message"] for error in problem["errors"]] or [problem["detail"]]
    assert answer.status_code == 422
    assert told[0].startswith(where)
    assert reason in told[0]
    assert len(told) == 1


def test_every_wrong_row_of_a_job_is_an_error_of_its_own(client):
    """Two of three."""
    job = {"run": {"preset": "toy", "reward": FREE, "watch": {}}, "rows": f"broken\n{GOOD}\n5"}

    errors = client.post("/v1/jobs", json=job).json()["errors"]

    assert [error["where"] for error in errors] == [["body", "rows"]] * 2
    assert [error["message"][:12] for error in errors] == ["rows, line 1", "rows, line 3"]
