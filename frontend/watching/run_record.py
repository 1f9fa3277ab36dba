"""What is known of a run so far, from its events. Knows neither screen nor HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from frontend.client.training_events import Sample, Step, TrainingEvent

BEFORE_ALL = -1
"""The cursor from which everything is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The steps of a run and its samples, each by its step.

    Attributes:
        cursor: sequence of the last event that was read.
    """

    cursor: int = BEFORE_ALL
    by_step: Mapping[int, Step] = field(default_factory=dict)
    samples: Mapping[int, tuple[Sample, ...]] = field(default_factory=dict)

    @property
    def steps(self) -> Sequence[Step]:
        """In order. Of a step that came again after a restart, the last attempt."""
        return [self.by_step[step] for step in sorted(self.by_step)]

    def joined(self, events: Iterable[TrainingEvent]) -> RunRecord:
        """With further events; one that is known already changes nothing."""
        fresh = [event for event in events if event.sequence > self.cursor]
        if not fresh:
            return self
        steps = {event.step.step: event.step for event in fresh if event.step is not None}
        samples = {event.at_step: event.samples for event in fresh if event.samples}
        return replace(
            self,
            cursor=max(event.sequence for event in fresh),
            by_step={**self.by_step, **steps},
            samples={**self.samples, **samples},
        )
