"""The policy on which steps are previewed, loaded once; a step changes its weights for a while, so one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

from ospo_core.models.bundled_language_model import BUNDLED_LANGUAGE_MODEL, bundled_language_model
from ospo_core.models.model_files import loading


class StepPolicy:
    """The bundled language model; half a gigabyte from the first step on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[PreTrainedModel, PreTrainedTokenizerFast] | None = None

    @contextmanager
    def borrowed(self) -> Iterator[tuple[PreTrainedModel, PreTrainedTokenizerFast]]:
        """For one caller at a time. Raises: ModelMissing."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            yield self._loaded

    def _load(self) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
        folder = bundled_language_model()
        with loading(BUNDLED_LANGUAGE_MODEL):
            model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, trust_remote_code=False)
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        assert isinstance(tokenizer, PreTrainedTokenizerFast)
        return model, tokenizer


STEP_POLICY = StepPolicy()
