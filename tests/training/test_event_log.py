"""Events are numbered without gaps whatever happened to the file before."""

import json

import pytest

from ospo_core.training.disk import DiskRefused
from ospo_core.training.event_log import EventLog


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path, *steps):
    log = EventLog(path)
    for step in steps:
        log.append("step", step, {"reward": 0.5})
    log.close()


@pytest.mark.parametrize(
    "left", [b'{"sequence": 2, "ki', b"\x00\xff\x00", b'{"sequence": 2}', b'{"sequence": 9}\n', b"[]\n"]
)
def test_what_a_crash_left_is_cut_away(tmp_path, left):
    """A half line, rubbish, or a line that is not the next; numbering goes on from the last whole event."""
    path = tmp_path / "events.jsonl"
    written(path, 1, 2)
    path.write_bytes(path.read_bytes() + left)

    written(path, 2, 3)

    assert [event["sequence"] for event in lines_of(path)] == [0, 1, 2, 3]
    assert [event["attempt"] for event in lines_of(path)] == [1, 1, 2, 2]


def test_seconds_go_on_over_attempts(tmp_path):
    """Wall time trained so far never falls."""
    path = tmp_path / "events.jsonl"
    written(path, 1)
    first = lines_of(path)[0]
    path.write_text(json.dumps(first | {"seconds": 100.0}) + "\n")

    written(path, 2)

    assert lines_of(path)[1]["seconds"] >= 100


def test_numbers_that_json_does_not_know_are_null(tmp_path):
    """However deep they lie."""
    path = tmp_path / "events.jsonl"
    log = EventLog(path)

    log.append("step", 1, {"loss": float("nan"), "credit": {"spread": [1.0, float("inf")]}})
    log.close()

    assert lines_of(path)[0]["loss"] is None
    assert lines_of(path)[0]["credit"] == {"spread": [1.0, None]}


def test_every_event_has_what_the_documentation_says(tmp_path):
    """Who, when, and how long it took so far."""
    path = tmp_path / "events.jsonl"

    written(path, 7)

    assert set(lines_of(path)[0]) == {"sequence", "kind", "step", "attempt", "at", "seconds", "reward"}
    assert lines_of(path)[0]["at"].endswith("+00:00")


def test_a_disk_that_refuses_is_an_error_of_its_own(tmp_path):
    """The folder cannot be made where a file stands."""
    (tmp_path / "run").write_text("")

    with pytest.raises(DiskRefused, match="events could not be written"):
        EventLog(tmp_path / "run" / "events.jsonl")
