"""The same prompts over a run: a frame a sampled step, with token credit and the change against the first frame.

A row of frames a run. Knows neither screen nor HTTP; what it makes is drawn by components/film_view.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frontend.client.training_events import Sample
from frontend.credit_scale import CreditScale
from frontend.numbers import plain, signed
from frontend.watching.run_pair import NamedRun

_Z_95 = 1.96


def prompts(runs: Sequence[NamedRun]) -> list[str]:
    """The prompts that were sampled, in the order of the run's own list."""
    return list(dict.fromkeys(sample.prompt for run in runs for frame in _frames(run) for sample in frame[1]))


def film(runs: Sequence[NamedRun], prompt: str) -> dict[str, Any]:
    """One prompt's frames as data to draw; the scale is that of every frame of every prompt, so it holds for all."""
    scale = CreditScale.of(
        credit for run in runs for _, samples in _frames(run) for one in samples for credit in one.credit
    )
    columns = sorted(
        {step for run in runs for step, samples in _frames(run) if any(one.prompt == prompt for one in samples)}
    )
    rows = [{"name": run.name, "frames": list(_row(run, prompt, columns, scale))} for run in runs]
    drawn = [frame for row in rows for frame in row["frames"] if frame is not None]
    names = " ".join(piece[2] for frame in drawn for piece in frame["pieces"])
    return {
        "unit": "credit per token, reward units; one scale for every frame",
        "scale": dict(scale.legend()),
        "cues": {"uncertain": "unc" in names, "beyond": "clipm" in names},
        "columns": columns,
        "rows": rows,
    }


def sample_at(runs: Sequence[NamedRun], prompt: str, *, row: int, step: int) -> Sample | None:
    """The sample behind a frame."""
    return _by_prompt(runs[row], prompt).get(step) if 0 <= row < len(runs) else None


def _frames(run: NamedRun) -> Sequence[tuple[int, tuple[Sample, ...]]]:
    return sorted(run.record.samples.items())


def _by_prompt(run: NamedRun, prompt: str) -> Mapping[int, Sample]:
    return {step: one for step, samples in _frames(run) for one in samples if one.prompt == prompt}


def _row(run: NamedRun, prompt: str, columns: Sequence[int], scale: CreditScale) -> Iterator[dict[str, Any] | None]:
    known = _by_prompt(run, prompt)
    first = known[min(known)] if known else None
    for step in columns:
        sample = known.get(step)
        yield None if sample is None or first is None else _frame(step, sample, first, scale)


def _frame(step: int, sample: Sample, first: Sample, scale: CreditScale) -> dict[str, Any]:
    return {
        "step": step,
        "reward": plain(sample.reward, 2),
        "change": "" if sample is first else signed(sample.reward - first.reward, 2),
        "tokens": f"{sample.tokens} token{'' if sample.tokens == 1 else 's'}",
        "pieces": list(_pieces(sample, scale)),
        "labels": [_label(credit, error) for credit, error in zip(sample.credit, sample.standard_error, strict=True)],
    }


def _pieces(sample: Sample, scale: CreditScale) -> Iterator[list[Any]]:
    """A token's leading spaces stand before its fill, as the gap between words."""
    for index, text in enumerate(sample.pieces):
        word = text.lstrip(" ") or text
        if len(word) < len(text):
            yield ["gap", text[: len(text) - len(word)], "", -1]
        yield ["token", word, _css(word, sample.credit[index], sample.standard_error[index], scale), index]


def _css(text: str, credit: float, error: float, scale: CreditScale) -> str:
    """Its step, hatched where the interval crosses zero; without an underline where it is too slim for one."""
    step = scale.name(credit)
    marks = (
        ("unc", bool(error) and abs(credit) <= _Z_95 * error),
        ("clipm", scale.is_beyond(credit)),
        ("punct", not any(unicodedata.category(letter)[0] in "LNM" for letter in text)),
    )
    return step if step == "z" else " ".join([step, *(name for name, holds in marks if holds)])


def _label(credit: float, error: float) -> str:
    return f"{signed(credit, 3)} ± {plain(_Z_95 * error, 3)}" if error else signed(credit, 3)
