"""What is computed of runs: records of events, errors of differences, sentences, axes, configurations, film, charts."""

import itertools
import json
import random
import statistics
from dataclasses import replace

import pytest

from frontend.charts.reward_chart import Differences, reward_chart
from frontend.charts.run_lines import RunLine
from frontend.charts.small_chart import small_chart
from frontend.client.job_bodies import EventPage, Job, JobPreview
from frontend.credit_scale import CreditScale
from frontend.launching.preflight import preflight_detail, preflight_parts
from frontend.launching.run_draft import (
    DEFAULTS,
    UnreadableField,
    errors_by_field,
    field_of,
    fields_of,
    price_of,
    run_of,
)
from frontend.watching.axis import AXES, CALLS, STEP, TIME, at_places, axis_named
from frontend.watching.block_error import change_between, mean_of
from frontend.watching.config_difference import config_difference
from frontend.watching.curves import MEASURES, difference_bars, measure_line, reward_line
from frontend.watching.film import film, prompts, sample_at
from frontend.watching.job_words import state_words
from frontend.watching.run_pair import paired
from frontend.watching.run_record import RunRecord
from frontend.watching.run_sentence import run_sentence
from ospo_core.report.scale import Scale, step_name
from tests.screen.page_app import HOSTILE
from tests.screen.recorded_jobs import PlayedJob


def played(rule, *, steps=40, state="succeeded", pair="p", **fields):
    """A job with the record of its events."""
    job = PlayedJob(rule=rule, label=fields.pop("label", ""), pair_id=pair, state=state, **fields)
    job.play(steps)
    events = EventPage.of({"items": job.log, "next_after": None}).items
    return Job.of(job.seen(1 if state == "queued" else None)), RunRecord().joined(events)


@pytest.fixture(scope="module")
def pair():
    """The recorded pair, the flat one first, as an address may name it."""
    return paired(played("uniform"), played("blend"))


def said(parts):
    """A sentence as plain text."""
    return "".join(text for _, text in parts)


def test_a_record_keeps_the_last_attempt_of_a_step():
    """After a restart a step comes again; events that are known change nothing."""
    job = PlayedJob(rule="blend", label="")
    job.play(5)
    again = json.loads(json.dumps(job.log[-2])) | {"sequence": 99, "attempt": 2}
    again["reward"]["mean"] = 0.77
    first = EventPage.of({"items": job.log, "next_after": None}).items
    later = EventPage.of({"items": [again], "next_after": 99}).items

    record = RunRecord().joined(first).joined(later)

    assert record.by_step[again["step"]].reward == 0.77
    assert [step.step for step in record.steps] == [1, 2, 3, 4, 5]
    assert record.cursor == 99
    assert record.joined(first) is record


def test_a_reward_that_is_no_number_is_no_step():
    """A file writes it as null; the run's other steps stay readable."""
    job = PlayedJob(rule="blend", label="")
    job.play(3)
    broken = job.log[-1] | {"reward": {"mean": None, "spread": None}}

    record = RunRecord().joined(EventPage.of({"items": [*job.log[:-1], broken], "next_after": None}).items)

    assert [step.step for step in record.steps] == [1, 2]


def test_blocks_see_the_correlation_that_single_steps_do_not():
    """Ten values in five equal neighbours: the error is that of five, not of ten."""
    values = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.5]
    blocks = [0.0, 1.0, 0.0, 1.0, 0.5]

    estimate = mean_of(values)

    assert estimate is not None
    assert estimate.error == pytest.approx(statistics.stdev(blocks) / 5**0.5)
    assert estimate.error > statistics.stdev(values) / 10**0.5


def test_intervals_of_correlated_steps_hold_the_mean_as_often_as_they_say():
    """Steps that share half of their neighbour's luck: zero, the true mean, lies outside in under a tenth."""
    dice = random.Random(5)
    misses = 0
    for _ in range(2000):
        luck = [dice.gauss(0, 1) for _ in range(11)]
        estimate = mean_of([one + 0.5 * before for before, one in itertools.pairwise(luck)])
        misses += estimate is not None and estimate.clear

    assert misses / 2000 < 0.10


def test_too_few_steps_have_no_error():
    """Three make no two blocks."""
    assert mean_of([1.0, 2.0, 3.0]) is None
    assert change_between([1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]) is None


def test_a_pair_is_the_same_whichever_was_asked_for(pair):
    """GRPO is the dashed one."""
    other_way = paired(played("blend"), played("uniform"))

    assert [run.name for run in pair.runs] == [run.name for run in other_way.runs] == ["OSPO", "GRPO"]
    assert pair.made_as_pair


def test_two_runs_of_one_name_are_told_apart():
    """By the beginning of their ids."""
    both = paired(played("blend", label="mine"), played("blend", label="mine", pair=None))

    assert both.main.name != both.other.name
    assert all(run.name.startswith("mine ") for run in both.runs)


def test_the_sentence_of_a_pair_has_the_difference_its_error_and_its_price(pair):
    """All three are those of the last ten common steps of the recording."""
    values = [value for _, value in pair.differences()[-10:]]
    estimate = mean_of(values)

    text = said(run_sentence(pair))

    assert f"+{statistics.fmean(values):.3f} ± {estimate.error:.3f}" in text
    assert "232 reward calls a step against 8" in text
    assert "GRPO’s completions have grown from 16 to 28 tokens." in text


def test_the_sentence_does_not_claim_what_cannot_be_told():
    """A run beside itself differs by nothing."""
    text = said(run_sentence(paired(played("blend", label="a"), played("blend", label="b"))))

    assert "cannot be told from" in text


@pytest.mark.parametrize(
    ("state", "steps", "expected"),
    [
        ("queued", 0, "Next in line."),
        ("starting", 0, "the model is being loaded"),
        ("failed", 0, "It failed before its first step: Out of memory."),
        ("cancelled", 0, "It was stopped before its first step"),
        ("cancelled", 23, "was stopped after step 23 of 40."),
        ("failed", 17, "failed after step 17 of 40: Out of memory."),
        ("running", 2, "After 2 steps the reward is "),
        ("succeeded", 40, "reward has risen by 0."),
    ],
)
def test_every_state_has_its_sentence(state, steps, expected):
    """Also before there is anything to measure."""
    problem = {"status": 500, "title": "Out of memory"} if state == "failed" else None

    text = said(run_sentence(paired(played("blend", state=state, steps=steps, problem=problem), None)))

    assert expected in text


@pytest.mark.parametrize(
    ("state", "steps", "expected", "in_a_row"),
    [
        ("queued", 0, "Next in line, but no worker is there to train it. Health says how", "in line, no worker"),
        ("starting", 0, "It is held up: no worker is there to train it.", "starting, step 0 of 40, no worker"),
        ("running", 23, "is held up after step 23 of 40: no worker is", "running, step 23 of 40, no worker"),
    ],
)
def test_a_run_without_a_worker_says_so(state, steps, expected, in_a_row):
    """In the place of what would come, and when."""
    job, record = played("blend", state=state, steps=steps, unattended=True)

    assert expected in said(run_sentence(paired((job, record), None)))
    assert state_words(job) == in_a_row


@pytest.mark.parametrize("name", AXES)
def test_places_on_every_axis_ascend(pair, name):
    """For both runs."""
    axis = axis_named(name, [run.record.steps for run in pair.runs])

    for run in pair.runs:
        places = axis.places(run.record.steps)
        assert places == sorted(places)


def test_runs_of_very_different_price_are_drawn_over_logarithms(pair):
    """Else the cheaper one would be a dot; a single run never is."""
    both = [run.record.steps for run in pair.runs]

    assert axis_named(CALLS, both).logarithmic
    assert not axis_named(CALLS, both[:1]).logarithmic
    assert not axis_named(TIME, both).logarithmic


def test_differences_are_taken_at_the_same_step_or_the_same_price(pair):
    """Over calls only where both have paid as much: between GRPO's first and last call."""
    runs = [run.record.steps for run in pair.runs]
    by_step = difference_bars(pair, axis_named(STEP, runs))
    by_calls = difference_bars(pair, axis_named(CALLS, runs))

    assert len(by_step.values) == 40
    assert by_step.values[0] == pytest.approx(runs[0][0].reward - runs[1][0].reward)
    assert len(by_calls.values) == sum(step.reward_calls <= runs[1][-1].reward_calls for step in runs[0])


def test_a_broken_line_is_read_between_its_points():
    """And not beyond its ends."""
    assert at_places([(0.0, 1.0), (2.0, 3.0)], [-1.0, 0.0, 1.0, 2.0, 2.1]) == [None, 1.0, 2.0, 3.0, None]


def test_configurations_differ_by_setting():
    """Nested settings by their path; names of runs and presets say nothing of training."""
    one = {"name": "a", "rule": "blend", "lora": {"rank": 16, "alpha": 32}, "clip": None}
    other = {"name": "b", "rule": "uniform", "lora": {"rank": 8, "alpha": 32}, "clip": 3.0}

    assert config_difference(one, other) == [
        ("rule", "blend", "uniform"),
        ("lora.rank", "16", "8"),
        ("clip", "none", "3.0"),
    ]
    assert config_difference(one, one) == []


def test_the_film_shows_the_same_prompt_at_every_sampled_step(pair):
    """Pieces joined are the completion; the change is against the first frame, which has none."""
    prompt = prompts(pair.runs)[0]

    view = film(pair.runs, prompt)

    assert view["columns"] == [0, 5, 10, 15, 20, 25, 30, 35, 40]
    assert [row["name"] for row in view["rows"]] == ["OSPO", "GRPO"]
    first, last = view["rows"][0]["frames"][0], view["rows"][0]["frames"][-1]
    sample = sample_at(pair.runs, prompt, row=0, step=40)
    assert "".join(piece[1] for piece in last["pieces"]) == sample.text
    assert first["change"] == ""
    assert float(last["change"].replace("−", "-")) == pytest.approx(
        float(last["reward"]) - float(first["reward"]), abs=0.011
    )


def test_the_scale_of_the_film_is_the_engines():
    """The same domain, steps, ticks and least as every other map."""
    dice = random.Random(3)
    for size in (1, 2, 7, 60):
        values = [dice.gauss(0, 0.05) for _ in range(size)]
        ours, theirs = CreditScale.of(values), Scale.of(values)
        assert ours.domain == pytest.approx(theirs.domain, rel=1e-12)
        assert [ours.name(value) for value in values] == [step_name(theirs.step(value)) for value in values]
        assert ours.legend() == {
            "ticks": list(theirs.ticks()),
            "least": theirs.least,
            "words": ["blame", "credit"],
        }
    assert CreditScale.of([0.0]).domain == Scale.of([0.0]).domain


def test_the_reward_is_ink_then_grey_then_blue_then_orange(pair):
    """Streamlit fills the theme's colours in by the order of traces: none names one of its own."""
    axis = axis_named(STEP, [run.record.steps for run in pair.runs])
    lines = [reward_line(run, axis) for run in pair.runs]

    figure = reward_chart(lines, difference_bars(pair, axis), unit="step", last=40.0)

    assert [trace.type for trace in figure.data] == ["scatter", "scatter", "bar", "bar", "scatter", "scatter"]
    assert [trace.line.dash for trace in figure.data[:2]] == ["solid", "4px,2.5px"]
    assert [trace.line.color for trace in figure.data[:2]] == [None, None]
    assert [trace.marker.color for trace in figure.data[2:4]] == [None, None]
    leads, trails = (list(trace.y) for trace in figure.data[2:4])
    assert all((one is None) != (other is None) for one, other in zip(leads, trails, strict=True))
    assert min(value for value in leads if value is not None) >= 0 > max(value for value in trails if value is not None)


def test_steps_have_no_ticks_between_them():
    """Where few are drawn there is one tick a step; wall time may be told in halves."""
    line = RunLine(name="a", places=[0.0, 1.0, 2.0], values=[0.1, 0.2, 0.3], told=[""] * 3)

    few = reward_chart([line], None, unit="step", last=2.0, whole=True).layout.xaxis
    many = reward_chart([line], None, unit="step", last=40.0, whole=True).layout.xaxis
    time = reward_chart([line], None, unit="minutes", last=2.0).layout.xaxis

    assert (few.dtick, many.dtick, time.dtick) == (1, None, None)


def test_a_part_of_the_axis_is_drawn_alone():
    """The axis is that part, and each line is named where it leaves it."""
    line = RunLine(name="a", places=[0.0, 1.0, 2.0, 3.0], values=[0.1, 0.2, 0.3, 0.4], told=[""] * 4)

    figure = reward_chart([line], None, unit="step", last=40.0, part=(0.5, 2.5))
    beyond = reward_chart([line], None, unit="step", last=40.0, part=(10.0, 20.0))

    assert figure.layout.xaxis.range == (0.5, 2.5)
    assert [(label.x, label.text) for label in figure.layout.annotations] == [(2.5, "<b>a 0.30</b>")]
    assert list(figure.data[0].x) == [0.0, 1.0, 2.0, 3.0]
    assert not beyond.layout.annotations


def test_labels_at_the_ends_do_not_lie_on_each_other():
    """Two lines that end at the same value are named a line apart."""
    lines = [RunLine(name=name, places=[0.0, 1.0], values=[0.1, 0.2], told=["", ""]) for name in ("a", "b")]

    first, second = reward_chart(lines, None, unit="step").layout.annotations

    assert abs(first.yshift - second.yshift) >= 16


def test_a_hostile_name_is_letters_in_a_chart():
    """In labels and at the cursor: Plotly reads a small HTML."""
    line = RunLine(name=HOSTILE, places=[0.0], values=[0.5], told=[HOSTILE])

    figures = [
        reward_chart([line], Differences(places=[0.0], values=[0.1]), unit=HOSTILE),
        small_chart([line], low=0.0, high=1.0),
    ]

    for figure in figures:
        assert "<script" not in figure.to_json().replace("\\u003c", "<")
        assert "<a" not in figure.to_json().replace("\\u003c", "<")


def test_a_run_without_steps_and_measures_without_values_can_be_drawn():
    """The first paint of a run that has just begun."""
    begun = paired(played("uniform", steps=1), None).main
    axis = axis_named(STEP, [begun.record.steps])

    figures = [reward_chart([reward_line(begun, axis)], None, unit="step", last=40.0)]
    figures += [small_chart([measure_line(begun, one, axis)], low=0.0, high=40.0) for one in MEASURES]
    figures.append(small_chart([RunLine(name="", places=[], values=[], told=[])], low=0.0, high=1.0))

    assert all(figure.to_json() for figure in figures)


def test_the_form_says_only_what_differs_from_its_preset():
    """And what it says is the run file that was meant."""
    given = {"steps": 60, "lora": None, "reward": {"kind": "retrieval", "k": 10}}
    fields = fields_of(given)

    assert run_of("toy", given, fields) == {"preset": "toy"}
    changed = fields | {
        "steps": 5,
        "lora_rank": 8,
        "lora_alpha": 16,
        "clip": 3.0,
        "watch": '{"unseen": {"kind": "rubric"}}',
    }
    assert run_of("toy", given, changed) == {
        "preset": "toy",
        "steps": 5,
        "lora": {"rank": 8, "alpha": 16},
        "clip": 3.0,
        "watch": {"unseen": {"kind": "rubric"}},
    }


@pytest.mark.parametrize("text", ["{", "[1]", '"a"'])
def test_a_field_that_is_no_json_is_named(text):
    """Before anything is sent."""
    with pytest.raises(UnreadableField) as refused:
        run_of("toy", {}, fields_of({}) | {"watch": text})

    assert refused.value.name == "watch"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("body.run.steps", "steps"),
        ("body.run.lora.rank", "lora_rank"),
        ("body.run.reward.kind", "reward"),
        ("body.run.reward.k", "reward_settings"),
        ("body.run.watch.unseen", "watch"),
    ],
)
def test_the_services_paths_name_fields(path, field):
    """So that an error stands below what it is about."""
    assert field_of(path) == field


def test_what_is_said_of_a_whole_run_is_parted_by_field():
    """As the service's run check writes it; what names no field stays with the run."""
    refused = [("body.run", "run: lora.rank: expected at least 1, got 0; steps: too many; no such model")]

    assert errors_by_field(refused) == {
        "lora_rank": "Expected at least 1, got 0.",
        "steps": "Too many.",
        "run": "No such model.",
    }


def test_other_data_is_sent_with_its_rewards():
    """Else the service would take those of the other data, and the form would show these."""
    given = {"reward": {"kind": "retrieval"}, "watch": {"unseen": {"kind": "rubric"}}}

    run = run_of("short", given, fields_of(given) | {"data": "mine.jsonl", "watch": ""})

    assert run == {"preset": "short", "data": "mine.jsonl", "reward": {"kind": "retrieval"}, "watch": {}}


def test_the_preflight_line_multiplies():
    """G completions × T prompts × evaluations; a flat run has no third factor."""
    price = price_of({**DEFAULTS, "prompts_per_step": 2, "steps": 10})
    preview = JobPreview(
        reward_calls=9280,
        evaluations=58,
        seconds=None,
        seconds_measured=False,
        memory_bytes=None,
        command="",
        yaml="",
    )
    flat = replace(preview, reward_calls=160, evaluations=1)

    assert said(preflight_parts(price, preview)) == (
        "8 completions × 2 prompts × 58 evaluations = at most 928 reward calls a step, 9,280 in all."
    )
    assert said(preflight_parts(price, flat)) == "8 completions × 2 prompts = 16 reward calls a step, 160 in all."


def test_before_the_service_has_answered_no_price_is_told():
    """What a rule needs of a completion is the service's to say."""
    price = price_of({**DEFAULTS, "prompts_per_step": 2})

    assert said(preflight_parts(price, None)) == "8 completions × 2 prompts a step."
    assert "known once" in preflight_detail(price, None, pair=False)
