"""Alarms on a run: on beyond their threshold and not before it, each with its value while it is quiet."""

from dataclasses import replace

import pytest

from frontend.client.training_events import Step
from frontend.watching import alarms as named
from frontend.watching.alarms import CHECKS, LEAST_STEPS, alarms

CALM = Step(
    step=1,
    seconds=1.0,
    reward=0.3,
    spread=0.1,
    watched={"unseen": 0.3},
    fluency=-2.0,
    repetition=0.02,
    zero_spread_share=0.0,
    kl=0.01,
    entropy=3.0,
    length=16.0,
    truncated_share=0.0,
    loss=0.0,
    conservation_error=None,
    credit_failed=0,
    credit_share=0.1,
    reward_calls=8,
)
STEPS = 40


def run_with(**moved):
    """Forty steps in which each named measure goes evenly from its calm value to the given one."""
    shares = [place / (STEPS - 1) for place in range(STEPS)]
    return [
        replace(
            CALM,
            step=place + 1,
            **{name: getattr(CALM, name) + share * (end - getattr(CALM, name)) for name, end in moved.items()},
        )
        for place, share in enumerate(shares)
    ]


def on(steps):
    """Names of the alarms that are on."""
    return [alarm.name for alarm in alarms(steps) if alarm.finding.on]


def test_a_calm_run_sets_none_off_and_every_value_is_said():
    """Silence is visible: eight names, eight values."""
    found = alarms(run_with())

    assert [alarm.name for alarm in found] == list(CHECKS)
    assert not any(alarm.finding.on for alarm in found)
    assert all(alarm.finding.value for alarm in found)


@pytest.mark.parametrize(
    ("name", "below", "beyond"),
    [
        ("Length runaway", {"length": 23.0}, {"length": 30.0}),
        ("Repetition", {"repetition": 0.2}, {"repetition": 0.3}),
        ("Fluency", {"fluency": -2.4}, {"fluency": -2.7}),
        ("Spread collapsing", {"zero_spread_share": 0.3}, {"zero_spread_share": 0.6}),
        ("Entropy", {"entropy": 2.3}, {"entropy": 1.2}),
        ("KL", {"kl": 0.3}, {"kl": 0.5}),
        ("Credit cost", {"credit_share": 0.14}, {"credit_share": 0.25}),
    ],
)
def test_an_alarm_goes_on_beyond_its_threshold(name, below, beyond):
    """And that one alone."""
    assert on(run_with(**below)) == []
    assert on(run_with(**beyond)) == [name]


def test_a_fall_of_entropy_that_reward_outruns_is_learning():
    """The same fall, with the reward doubled, is quiet."""
    assert on(run_with(entropy=1.2, reward=0.9)) == []


def falling_unseen(unseen):
    """A rising reward beside a watched one that ends at a value."""
    return [
        replace(step, watched={"unseen": 0.3 + (unseen - 0.3) * place / (STEPS - 1)})
        for place, step in enumerate(run_with(reward=0.6))
    ]


def test_an_unseen_reward_that_falls_while_the_reward_rises():
    """The opposite of what was wanted is named with both numbers; rising together is quiet."""
    assert on(falling_unseen(0.5)) == []
    assert on(falling_unseen(0.1)) == ["Unseen reward"]
    [alarm] = [alarm for alarm in alarms(falling_unseen(0.1)) if alarm.finding.on]
    assert "unseen −0.1" in alarm.finding.told
    assert "Reward +0.2" in alarm.finding.told


def test_an_alarm_says_since_when():
    """The first step of the unbroken stretch: before it, the same check is quiet."""
    steps = run_with(kl=0.9)

    [alarm] = [alarm for alarm in alarms(steps) if alarm.finding.on]

    assert alarm.since is not None
    assert named.kl_high(steps[: alarm.since]).on
    assert not named.kl_high(steps[: alarm.since - 1]).on


def test_too_few_steps_say_nothing():
    """One short of the least."""
    assert {alarm.finding.value for alarm in alarms(run_with(kl=9.0)[: LEAST_STEPS - 1])} == {"too early to tell"}


def test_what_was_not_measured_is_no_alarm():
    """Null measures, as events have them."""
    bare = [replace(step, kl=None, entropy=None, fluency=None, repetition=None, watched={}) for step in run_with()]

    assert on(bare) == []
    values = {alarm.name: alarm.finding.value for alarm in alarms(bare)}
    assert values["KL"] == "not measured: beta is 0"
    assert values["Unseen reward"] == "none is watched"


def test_a_run_that_is_to_have_credit_and_has_none_is_told():
    """It would be GRPO under another name; a flat run needs none."""
    bare = [replace(step, credit_share=0.0) for step in run_with()]

    assert on(bare) == []
    assert [alarm.name for alarm in alarms(bare, credited=True) if alarm.finding.on] == ["Credit cost"]
    assert not [alarm for alarm in alarms(run_with(), credited=True) if alarm.finding.on]


def test_completions_without_credit_are_told():
    """Even where credit is cheap."""
    steps = [replace(step, credit_failed=1) for step in run_with()]

    [alarm] = [alarm for alarm in alarms(steps) if alarm.finding.on]

    assert alarm.finding.told.startswith("40 completions got none")
