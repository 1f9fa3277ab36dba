"""The sentence of a run or a pair: what it gained with its error, and what that cost, in one breath."""

from __future__ import annotations

from collections.abc import Sequence

from frontend.client.job_bodies import Job
from frontend.client.training_events import Step
from frontend.numbers import MINUS, place_in_line, plain, signed
from frontend.page_parts.sentence import Part
from frontend.watching.block_error import WINDOW, change_between
from frontend.watching.run_pair import NamedRun, RunPair

UNATTENDED = "no worker is there to train it"
_WAITING = {
    "starting": "It is starting: the model is being loaded.",
    "running": "It is training; its first step is under way.",
    "stopping": "It is stopping at the end of its step.",
}


def run_sentence(pair: RunPair) -> list[Part]:
    """Always something: before there are steps, where the run stands."""
    if pair.other is not None and pair.main.record.steps and pair.other.record.steps:
        return [*_difference(pair, pair.main, pair.other), *_growth(pair), *_endings(pair)]
    begun = next((run for run in pair.runs if run.record.steps), None)
    if begun is None:
        return [("text", _before_steps(pair.main.job))]
    others = [run for run in pair.runs if run is not begun]
    waits = [("text", f" {run.name}: {_lowered(_before_steps(run.job))}") for run in others]
    return [*_gain(begun), *_endings(RunPair(main=begun)), *waits]


def _difference(pair: RunPair, main: NamedRun, other: NamedRun) -> list[Part]:
    price = f"for {_calls(main.record.steps)} reward calls a step against {_calls(other.record.steps)}"
    estimate = pair.last_difference()
    if estimate is None:
        return [("text", f"Too few common steps to tell {main.name} from {other.name}, {price}.")]
    number = f"{signed(estimate.mean, 3)} ± {plain(estimate.error, 3)}"
    span = f"Over the last {_words(min(WINDOW, len(pair.differences())))} steps"
    partner = f"its {other.name} pair" if pair.made_as_pair else other.name
    if not estimate.clear:
        whose = f"{main.name}’s reward cannot be told from that of {partner}: "
        return [("text", f"{span} {whose}"), ("strong", number), ("text", f", {price}.")]
    if estimate.mean > 0:
        said: list[Part] = [("text", f"{span} {main.name}’s reward is "), ("strong", number)]
        return [*said, ("text", f" above {partner}, {price}.")]
    # A minus sign and the word "trails" would say it twice.
    said = [("text", f"{span} {main.name}’s reward trails that of {partner} by "), ("strong", number.lstrip(MINUS))]
    return [*said, ("text", f", {price}.")]


def _gain(run: NamedRun) -> list[Part]:
    steps = run.record.steps
    spent = f"{steps[-1].reward_calls:,} reward calls"
    rewards = [step.reward for step in steps]
    most = min(WINDOW, len(rewards) // 2)
    change = change_between(rewards[:most], rewards[-most:]) if most else None
    count = f"{len(steps)} step{'' if len(steps) == 1 else 's'}"
    if change is None:
        return [
            ("text", f"After {count} the reward is "),
            ("strong", plain(rewards[-1], 2)),
            ("text", f", for {spent}."),
        ]
    number = f"{signed(change.mean, 3)} ± {plain(change.error, 3)}"
    if not change.clear:
        text = f"In {count} {run.name}’s reward has not changed beyond its error: "
        return [("text", text), ("strong", number), ("text", f", for {spent}.")]
    verb = "risen" if change.mean > 0 else "fallen"
    return [
        ("text", f"In {count} {run.name}’s reward has {verb} by "),
        ("strong", number.lstrip(f"+{MINUS}")),
        ("text", f", for {spent}."),
    ]


def _growth(pair: RunPair) -> list[Part]:
    """Of the run whose completions changed most, where that is by half or more."""
    said = [(run, *_length_ends(run.record.steps)) for run in pair.runs if len(run.record.steps) >= WINDOW]
    changed = [(run, first, last) for run, first, last in said if last >= 1.5 * first or first >= 1.5 * last]
    if not changed:
        return []
    run, first, last = max(changed, key=lambda one: abs(one[2] - one[1]))
    verb = "grown" if last > first else "shrunk"
    return [("text", f" {run.name}’s completions have {verb} from {first:.0f} to {last:.0f} tokens.")]


def _endings(pair: RunPair) -> list[Part]:
    """Of runs that did not come to their end, or cannot."""
    parts: list[Part] = []
    for run in pair.runs:
        job = run.job
        if job.unattended and job.step:
            parts.append(("text", f" {run.name} is held up after step {job.step} of {job.steps}: {UNATTENDED}."))
        elif job.state == "failed":
            parts.append(("text", f" {run.name} failed after step {job.step} of {job.steps}{_why(job)}."))
        elif job.state == "cancelled":
            parts.append(("text", f" {run.name} was stopped after step {job.step} of {job.steps}."))
    return parts


def _before_steps(job: Job) -> str:
    if job.state == "queued":
        place = place_in_line((job.position or 1) - 1)
        if job.unattended:
            return f"{place}, but {UNATTENDED}. Health says how to start one."
        return f"{place}. It starts when the machine is free, and goes on if you close this page."
    if job.state == "failed":
        return f"It failed before its first step{_why(job)}."
    if job.state == "cancelled":
        return "It was stopped before its first step; nothing was trained."
    if job.unattended:
        return f"It is held up: {UNATTENDED}. Health says how to start one."
    return _WAITING.get(job.state, "It has ended without a step.")


def _why(job: Job) -> str:
    return "" if job.problem is None else f": {job.problem.title.rstrip('.')}"


def _calls(steps: Sequence[Step]) -> str:
    return f"{steps[-1].reward_calls / len(steps):,.0f}"


def _length_ends(steps: Sequence[Step]) -> tuple[float, float]:
    most = min(WINDOW, len(steps) // 2)
    return sum(step.length for step in steps[:most]) / most, sum(step.length for step in steps[-most:]) / most


def _words(number: int) -> str:
    return ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")[number]


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]
