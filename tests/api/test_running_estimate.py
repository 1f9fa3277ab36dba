"""A run shows an estimate while it works, seldom enough not to be slowed down by it."""

import itertools
import json

import pytest

from backend.queue.pacing import LARGEST_SHARE, Pacing
from backend.queue.progress import Progress
from backend.runs.provisional import Looking, Provisional, median_error_of
from ospo_core import Options, attribute, build_reward, explain_document
from tests.api.conftest import RUBRIC, body

LONG = "One two three four five six seven eight nine ten. " * 4


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_no_look_in_the_first_second_and_none_more_often():
    """Looks that cost nothing come once a second."""
    clock = Clock()
    pacing, due = Pacing(clock), []
    for tenth in range(40):
        clock.now = tenth / 10
        if pacing.begin_if_due():
            due.append(clock.now)
            pacing.end()

    assert due == [1.0, 2.0, 3.0]


def test_a_dear_look_delays_the_next_ones():
    """Looks of half a second each take no more than their share of a long run."""
    clock = Clock()
    pacing, spent = Pacing(clock), 0.0
    while clock.now < 600:
        clock.now += 0.25
        if pacing.begin_if_due():
            clock.now += 0.5
            spent += 0.5
            pacing.end()

    assert 0.8 * LARGEST_SHARE * 600 < spent <= LARGEST_SHARE * 600 + 0.5


def test_the_latest_estimate_is_kept_as_a_document():
    """Marked as partial, in the form of a stored result, with the median error of its tokens."""
    seconds = itertools.count(0, 100)
    progress = Progress(lambda: None)
    watch = Looking(
        progress,
        lambda found: progress.show(Provisional([found], lambda: explain_document(found))),
        Pacing(lambda: float(next(seconds))),
    )
    options = Options(segmenter="unicode", method="permutation", budget=600)

    attribute("How much?", LONG + "240 mg.", build_reward("rubric", RUBRIC["settings"]), options, watch=watch)

    document = progress.shown.document
    assert document["partial"] is True
    assert "".join(token["text"] for token in document["tokens"]) == LONG + "240 mg."
    assert progress.shown.standard_error == median_error_of(document)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["attributions", "groups"])
def test_events_carry_the_running_estimate(client, kind):
    """Its standard error falls to that of the result; before the first one there is none."""
    slow = {"kind": "slow", "settings": {"seconds": 0.05}}
    options = {"segmenter": "unicode", "budget": 1200}
    given = body(slow, response=LONG, options=options)
    if kind == "groups":
        given = {name: value for name, value in given.items() if name != "response"} | {
            "responses": [LONG, LONG + "More."],
            "options": options | {"budget": 600},
        }
    run = client.post(f"/v1/{kind}", json=given).headers["Location"]
    with client.stream("GET", f"{run}/events") as stream:
        events = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data:")]
    result = client.get(run).json()

    running = [event for event in events[:-1] if event["estimated"]]
    assert (events[0]["estimated"], events[0]["standard_error"]) == (False, None)
    assert running
    assert all(event["standard_error"] > 0 for event in running)
    assert events[-1]["estimated"] is True
    assert events[-1]["standard_error"] == result["progress"]["standard_error"] == median_error_of(result["result"])
