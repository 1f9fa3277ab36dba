"""Prompts are read line by line; a wrong line is named, and what it says is not."""

import gzip
import json
import re
import tracemalloc
from pathlib import Path

import pytest

from ospo_core.errors import SettingsError
from ospo_core.training.bundled_data import BUNDLED_DATA
from ospo_core.training.dataset import LONGEST_LINE, load_prompts, prompt_order, read_prompts
from ospo_core.training.prompt_reward import PromptReward

RUBRIC = {"kind": "rubric"}
FACTS = [{"name": "dose", "any_of": ["400 mg"]}]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "prompts.jsonl"
    path.write_bytes(content)
    return path


def test_byte_order_mark_windows_line_ends_and_blank_lines_are_tolerated(tmp_path):
    """As editors leave them; lines keep their numbers."""
    path = written(tmp_path, b'\xef\xbb\xbf{"prompt": "one"}\r\n\r\n{"prompt": "two"}')

    rows = list(read_prompts(path))

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

    with pytest.raises(SettingsError, match=problem) as raised:
        list(read_prompts(path))

    assert "line 2" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_rows_before_a_wrong_line_are_read_first(tmp_path):
    """The file is a stream, never in memory as a whole."""
    path = written(tmp_path, b'{"prompt": "fine"}\nbroken\n')

    assert next(read_prompts(path)).prompt == "fine"


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

    with pytest.raises(SettingsError, match="line 1"):
        list(read_prompts(path))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["one line of 1 GB", "a million empty lines"])
def test_a_file_of_any_size_takes_little_memory(tmp_path, kind):
    """Refused at its first line, or at the line too many; Python's peak stays below 20 MB."""
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.write({"one line of 1 GB": b"", "a million empty lines": b"\n" * 1_000_000}[kind])
        file.truncate(max(file.tell(), {"one line of 1 GB": 10**9}.get(kind, 0)))

    tracemalloc.start()
    with pytest.raises(SettingsError, match=r"longer than 1,000,000 bytes|more than 200,000 lines"):
        list(read_prompts(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20_000_000
