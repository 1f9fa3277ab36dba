"""Counts the tokens that went through a model, for whoever opened a meter around the call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    """Tokens that models processed, padding excluded, while this meter was open."""

    forward_tokens: int = 0


_open_meter: ContextVar[Meter | None] = ContextVar("open_meter", default=None)


@contextmanager
def metering() -> Iterator[Meter]:
    """Open a meter; models called inside add to it. Meters nest: the outer one gets the inner one's count too."""
    outer = _open_meter.get()
    meter = Meter()
    token = _open_meter.set(meter)
    try:
        yield meter
    finally:
        _open_meter.reset(token)
        if outer is not None:
            outer.forward_tokens += meter.forward_tokens


def count_forward_tokens(tokens: int) -> None:
    """Called by a model for each batch it has processed. Costs nothing where no meter is open."""
    meter = _open_meter.get()
    if meter is not None:
        meter.forward_tokens += tokens
