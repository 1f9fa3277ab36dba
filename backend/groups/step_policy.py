"""The policy on which steps are previewed, loaded once; a step changes its weights for a while, so one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from backend.jobs.outcome import Outcome
from ospo_core.training.policy import SMOLLM2, trained_policy, untrained_policy

Loaded = tuple[PreTrainedModel | PeftModel, PreTrainedTokenizerFast]


class StepPolicy:
    """The bundled language model, or what a training run made; half a gigabyte from the first step on.

    The last one is kept: whoever asks for another waits until that is loaded.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Outcome | None, Loaded] | None = None

    @contextmanager
    def borrowed(self, outcome: Outcome | None) -> Iterator[Loaded]:
        """For one caller at a time; without an outcome the bundled model. Raises: ModelMissing, SettingsError."""
        with self._lock:
            if self._kept is None or self._kept[0] != outcome:
                self._kept = None  # its memory goes before the next one comes
                self._kept = outcome, _load(outcome)
            yield self._kept[1]


def _load(outcome: Outcome | None) -> Loaded:
    return untrained_policy(SMOLLM2) if outcome is None else trained_policy(outcome.run, outcome.folder)


STEP_POLICY = StepPolicy()
