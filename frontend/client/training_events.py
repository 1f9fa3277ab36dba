"""Events of a training run (docs/training.md), one record an event: what a step measured, what was written at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step measured; None where it was not.

    Attributes:
        spread: standard deviation of the step's rewards.
        watched: rewards that are scored and never trained on, by name.
        fluency: log-probability a token under the reference model.
        zero_spread_share: share of the step's groups whose rewards were all equal, which give no update.
        credit_share: share of the step's seconds that credit took.
        reward_calls: distinct evaluations so far.
        seconds: trained so far.
    """

    step: int
    seconds: float
    reward: float
    spread: float
    watched: Mapping[str, float]
    fluency: float | None
    repetition: float | None
    zero_spread_share: float
    kl: float | None
    entropy: float | None
    length: float
    truncated_share: float
    loss: float | None
    conservation_error: float | None
    credit_failed: int
    credit_share: float | None
    reward_calls: int

    @staticmethod
    def of(body: Mapping[str, Any]) -> Step:
        """Raises: KeyError, TypeError: the body is none of a step."""
        spent, credit = body["seconds_of"], body["credit"]
        total = sum(float(part or 0.0) for part in spent.values())
        return Step(
            step=int(body["step"]),
            seconds=float(body["seconds"]),
            reward=float(body["reward"]["mean"]),
            spread=float(body["reward"]["spread"] or 0.0),
            watched={name: float(mean) for name, mean in body["watched"].items() if mean is not None},
            fluency=body["fluency"],
            repetition=body["repetition"],
            zero_spread_share=float(body["zero_spread_share"] or 0.0),
            kl=body["kl"],
            entropy=body["entropy"],
            length=float(body["length"] or 0.0),
            truncated_share=float(body["truncated_share"] or 0.0),
            loss=body["loss"],
            conservation_error=credit.get("conservation_error"),
            credit_failed=int(credit.get("failed") or 0),
            credit_share=float(spent["credit"] or 0.0) / total if total else None,
            reward_calls=int(body["reward_calls"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A completion of a fixed prompt. `credit` and `standard_error` are parallel to `pieces`, in reward units.

    Attributes:
        scored_by: the prompt's reward, kind and settings; empty where an older run did not write it.
    """

    prompt: str
    pieces: tuple[str, ...]
    credit: tuple[float, ...]
    standard_error: tuple[float, ...]
    reward: float
    baseline: float
    tokens: int
    scored_by: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The completion."""
        return "".join(self.pieces)

    @staticmethod
    def of(body: Mapping[str, Any]) -> Sample:
        """Raises: KeyError, TypeError, ValueError: lists of different lengths."""
        pieces = tuple(str(piece) for piece in body["pieces"])
        credit, errors = (
            tuple(float(value or 0.0) for value in (body[name] or (0.0,) * len(pieces)))
            for name in ("credit", "standard_error")
        )
        if not len(pieces) == len(credit) == len(errors):
            raise ValueError("pieces and credit of different lengths")
        return Sample(
            prompt=str(body["prompt"]),
            pieces=pieces,
            credit=credit,
            standard_error=errors,
            reward=float(body["reward"]),
            baseline=float(body["baseline"] or 0.0),
            tokens=int(body["tokens"]),
            scored_by=dict(body.get("scored_by") or {}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingEvent:
    """One event: of kind `step` with measures, `samples` with completions, or one that only happened.

    Attributes:
        step: None too where the step's reward was no number, which a file writes as null.
    """

    sequence: int
    kind: str
    at_step: int
    attempt: int
    step: Step | None = None
    samples: tuple[Sample, ...] = ()

    @staticmethod
    def of(body: Mapping[str, Any]) -> TrainingEvent:
        """Raises: KeyError, TypeError, ValueError: the body is no event."""
        kind = str(body["kind"])
        return TrainingEvent(
            sequence=int(body["sequence"]),
            kind=kind,
            at_step=int(body["step"] or 0),
            attempt=int(body["attempt"]),
            step=Step.of(body) if kind == "step" and body["reward"]["mean"] is not None else None,
            samples=tuple(Sample.of(one) for one in body["samples"]) if kind == "samples" else (),
        )
