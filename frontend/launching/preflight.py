"""The preflight line: what a run will cost, before it is started."""

from __future__ import annotations

from frontend.client.job_bodies import JobPreview
from frontend.launching.run_draft import Price
from frontend.numbers import count, duration
from frontend.page_parts.sentence import Part


def preflight_parts(price: Price, preview: JobPreview | None) -> list[Part]:
    """G completions × T prompts × evaluations = N reward calls a step, and how many in all."""
    factors = [count(price.completions, "completion"), count(price.prompts, "prompt")]
    if preview is None:
        return [("text", f"{' × '.join(factors)} a step.")]
    flat = preview.evaluations == 1
    factors += [] if flat else [count(preview.evaluations, "evaluation")]
    calls = count(price.a_step * preview.evaluations, "reward call")
    return [
        ("text", f"{' × '.join(factors)} = {'' if flat else 'at most '}"),
        ("strong", f"{calls} a step"),
        ("text", f", {preview.reward_calls:,} in all."),
    ]


def preflight_detail(price: Price, preview: JobPreview | None, *, pair: bool) -> str:
    """What else is known: the partner's share, time, memory."""
    if preview is None:
        return "Reward calls, time and memory are known once the settings are right and the service answers."
    words = [f"GRPO makes {price.of_grpo:,} of them." if pair else ""]
    words.append("How long it takes is measured once it runs." if preview.seconds is None else _time(preview))
    if preview.memory_bytes is not None:
        words.append(f"Memory {preview.memory_bytes / 1e9:.1f} GB.")
    return " ".join(word for word in words if word)


def _time(preview: JobPreview) -> str:
    assert preview.seconds is not None
    how = "at the pace measured here" if preview.seconds_measured else "a rough figure until a run was measured here"
    return f"About {duration(preview.seconds)}, {how}."
