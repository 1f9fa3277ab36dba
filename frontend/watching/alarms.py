"""Alarms on a run: what rising reward can hide. Pure functions of the steps, each with its threshold beside it.

The thresholds are judgement, not measurement: chosen so that the runs of docs/training.md that went wrong set them off
and the healthy ones do not. Every alarm also says its value while it is quiet, so that silence can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from frontend.client.training_events import Step
from frontend.numbers import count, percent, plain, signed
from frontend.watching.block_error import WINDOW, change_between

LEAST_STEPS = 8
"""Before so many steps nothing is said."""
LENGTH_GROWTH = 1.5
"""Mean length now, against that of the first steps."""
REPEATED = 0.2
"""Share of repeated word bigrams; ordinary short answers have under 0.05."""
FLUENCY_LOST = 0.5
"""Nats a token under the reference model: each token is then e^0.5 = 1.6 times less likely to it."""
ZERO_SPREAD = 1 / 3
"""Share of the last groups whose rewards were all equal: these give no update."""
SPREAD_WINDOW = 16
ENTROPY_LOST = 0.3
"""Share of the entropy; under that a fall is ordinary learning."""
KL_HIGH = 0.3
"""Nats a token."""
CREDIT_COSTLY = 0.15
"""Share of the step's seconds."""
_LEAST_REWARD = 0.05
"""What a rise is a share of, at least: a reward that begins at zero has no relative rise."""
_NOT_YET, _NOT_MEASURED = "too early to tell", "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one alarm says of one run: its value with what stands behind it, and a sentence for when it is on."""

    on: bool
    value: str
    unit: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A finding with its name and, where it is on, the step since which."""

    name: str
    finding: Finding
    since: int | None


Steps = Sequence[Step]
Check = Callable[[Steps], Finding]


def alarms(steps: Steps, *, credited: bool = False) -> list[Alarm]:
    """Every alarm, always in the same order. Args: credited: whether the run's rule needs token credit."""
    checks = CHECKS | {CREDIT: credit_missing} if credited else CHECKS
    return [_alarm(name, check, steps) for name, check in checks.items()]


def length_runaway(steps: Steps) -> Finding:
    """Completions grow although nobody asked for length."""
    first, last = _ends([step.length for step in steps])
    gained = signed(_gain(steps), 2)
    return Finding(
        on=last >= LENGTH_GROWTH * max(first, 1.0),
        value=f"{first:.0f} → {last:.0f}",
        unit=" tokens",
        told=f"{first:.0f} → {last:.0f} tokens while reward changed by {gained}. Does it pay for length?",
    )


def repetition(steps: Steps) -> Finding:
    """The same word pairs again and again."""
    known = [step.repetition for step in steps if step.repetition is not None]
    if not known:
        return Finding(on=False, value=_NOT_MEASURED)
    last = fmean(known[-WINDOW:])
    return Finding(
        on=last >= REPEATED,
        value=percent(last),
        unit=" of word pairs",
        told=f"{percent(last)} of word pairs occur twice. Read the samples below.",
    )


def fluency_lost(steps: Steps) -> Finding:
    """The model that training began with finds the completions ever less likely."""
    known = [step.fluency for step in steps if step.fluency is not None]
    if len(known) < 2:
        return Finding(on=False, value=_NOT_MEASURED)
    first, last = known[0], fmean(known[-2:])
    return Finding(
        on=last - first <= -FLUENCY_LOST,
        value=signed(last - first, 2),
        unit=" nats a token",
        told=f"{plain(first, 2)} → {plain(last, 2)} nats a token under the reference model: the texts have become odd.",
    )


def unseen_reward_falls(steps: Steps) -> Finding:
    """The reward rises while one that is never trained on falls: both by more than their 95 % intervals."""
    names = sorted({name for step in steps for name in step.watched})
    if not names:
        return Finding(on=False, value="none is watched")
    rises = _change([step.reward for step in steps])
    changes = {name: _change([step.watched[name] for step in steps if name in step.watched]) for name in names}
    known = {name: change for name, change in changes.items() if change is not None}
    if rises is None or not known:
        return Finding(on=False, value=_NOT_YET)
    name, worst = min(known.items(), key=lambda item: item[1].mean)
    return Finding(
        on=rises.clear and rises.mean > 0 and worst.clear and worst.mean < 0,
        value=signed(worst.mean, 2),
        unit=" since the start",
        told=f"Reward {signed(rises.mean, 2)}, but {name} {signed(worst.mean, 2)}: it learns the reward, not the task.",
    )


def spread_collapsing(steps: Steps) -> Finding:
    """Groups of equal rewards, from which nothing is learned."""
    share = fmean(step.zero_spread_share for step in steps[-SPREAD_WINDOW:])
    last = min(SPREAD_WINDOW, len(steps))
    return Finding(
        on=share >= ZERO_SPREAD,
        value=percent(share),
        unit=" of groups equal",
        told=f"In the last {last} steps {percent(share)} of the groups had equal rewards and gave no update.",
    )


def entropy_outruns_reward(steps: Steps) -> Finding:
    """The model becomes certain faster than it becomes good: what it does not try any more it cannot learn."""
    known = [step.entropy for step in steps if step.entropy is not None]
    if len(known) < LEAST_STEPS:
        return Finding(on=False, value=_NOT_MEASURED)
    first, last = _ends(known)
    lost = (first - last) / first if first > 0 else 0.0
    start, _ = _ends([step.reward for step in steps])
    gained = _gain(steps) / max(abs(start), _LEAST_REWARD)
    told = f"Entropy {plain(first, 2)} → {plain(last, 2)} nats, {percent(lost)} less"
    return Finding(
        on=lost >= ENTROPY_LOST and lost > gained,
        value=f"{signed(-100 * lost, 0)}\u00a0%",
        unit=" since the start",
        told=f"{told}, for {signed(100 * gained, 0)}\u00a0% of reward.",
    )


def kl_high(steps: Steps) -> Finding:
    """Far from the model that training began with."""
    known = [step.kl for step in steps if step.kl is not None]
    if not known:
        return Finding(on=False, value="not measured: beta is 0")
    last = fmean(known[-WINDOW:])
    return Finding(
        on=last >= KL_HIGH,
        value=plain(last, 3),
        unit=" nats a token",
        told=f"{plain(last, 2)} nats a token from where it began; raise beta or lower the learning rate.",
    )


def credit_costly(steps: Steps) -> Finding:
    """Credit takes too much of a step, or was not found for a completion."""
    known = [step.credit_share for step in steps[-WINDOW:] if step.credit_share is not None]
    if not known or not any(known):
        return Finding(on=False, value="none")
    share = fmean(known)
    failed = sum(step.credit_failed for step in steps)
    without = f"{count(failed, 'completion')} got none and trained on the flat advantage."
    return Finding(
        on=share >= CREDIT_COSTLY or failed > 0,
        value=f"{percent(share)} of the step",
        told=without if failed else f"{percent(share)} of the step’s seconds; lower the evaluations.",
    )


def credit_missing(steps: Steps) -> Finding:
    """A run that is to train on token credit and has none trains as GRPO does, under another name."""
    if any(step.credit_share for step in steps[-WINDOW:]):
        return credit_costly(steps)
    told = "In the last steps no token credit was computed: this run trains on the flat advantage, as GRPO does."
    return Finding(on=True, value="none", told=told)


CREDIT = "Credit cost"
CHECKS: dict[str, Check] = {
    "Length runaway": length_runaway,
    "Repetition": repetition,
    "Fluency": fluency_lost,
    "Unseen reward": unseen_reward_falls,
    "Spread collapsing": spread_collapsing,
    "Entropy": entropy_outruns_reward,
    "KL": kl_high,
    CREDIT: credit_costly,
}
"""By the name on the page, in its order."""


def _alarm(name: str, check: Check, steps: Steps) -> Alarm:
    if len(steps) < LEAST_STEPS:
        return Alarm(name=name, finding=Finding(on=False, value=_NOT_YET), since=None)
    finding = check(steps)
    return Alarm(name=name, finding=finding, since=_since(check, steps) if finding.on else None)


def _since(check: Check, steps: Steps) -> int:
    """The first step of the unbroken stretch in which the alarm has been on."""
    end = len(steps)
    while end > LEAST_STEPS and check(steps[: end - 1]).on:
        end -= 1
    return steps[end - 1].step


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Means of the first and of the last steps, which never share one."""
    most = min(WINDOW, len(values) // 2)
    return fmean(values[:most]), fmean(values[-most:])


def _gain(steps: Steps) -> float:
    first, last = _ends([step.reward for step in steps])
    return last - first


def _change(values: Sequence[float]):
    most = min(WINDOW, len(values) // 2)
    return change_between(values[:most], values[-most:])
