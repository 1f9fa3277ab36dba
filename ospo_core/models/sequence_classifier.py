"""Reward models with a classification head, by Hugging Face id or folder, loaded once per process.

Knows nothing of rewards. Importing this module imports torch and transformers, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoModelForSequenceClassification, PreTrainedConfig

from ospo_core.models.causal_classifier import CausalClassifier
from ospo_core.models.causal_scorer import backbone_of, reads_causally
from ospo_core.models.class_label import ClassLabel, choose_label
from ospo_core.models.distinct import Distinct
from ospo_core.models.laid_out_linear import lay_out
from ospo_core.models.loaded_model import LoadedOnce, load_weights, weights_identity
from ospo_core.models.loaded_tokenizer import scoring_tokenizer, window_of
from ospo_core.models.model_files import ModelFiles, find_model
from ospo_core.models.turn_reader import TurnReader
from ospo_core.models.two_way_classifier import TwoWayClassifier
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span


@dataclass(frozen=True, kw_only=True)
class SequenceClassifier:
    """A model read under one of its labels: a `PairScorer`. Views of one model share its memory."""

    model: LoadedClassifier
    label: ClassLabel

    @property
    def identity(self) -> Mapping[str, Any]:
        """Model name, sha256 of its weights, precision, how texts become tokens, label and what is read off it."""
        return {**self.model.identity, **self.label.identity}

    def scores(
        self, prompts: Sequence[str], answers: Sequence[str], hidden: Sequence[Sequence[Span]] | None = None
    ) -> Scores:
        """One number per pair, blind to hidden spans of its answer. One forward pass over each distinct one.

        Raises: TextError: a prompt and answer are longer than the model reads.
        """
        spans = [tuple(some) for some in hidden] if hidden is not None else [()] * len(answers)
        distinct = Distinct(list(zip(prompts, answers, spans, strict=True)))
        pairs = [(prompt, answer) for prompt, answer, _ in distinct.items]
        hidden_of = [some for _, _, some in distinct.items]
        return self.model.reader.scores(pairs, hidden_of, self.label, distinct.indices)[distinct.rows]


@dataclass(frozen=True, kw_only=True)
class LoadedClassifier:
    """A model in memory: what it is, and the way to read it."""

    identity: Mapping[str, Any]
    config: PreTrainedConfig
    reader: CausalClassifier | TwoWayClassifier


def load_classifier(name: str, label: str | None = None, base_folder: Path | None = None) -> SequenceClassifier:
    """The model of that name, loaded once per process, under one of its labels.

    Only safetensors weights are read, and no code of the model's author is run. A relative folder starts from
    `base_folder`, or from the current one.

    Raises:
        ModelMissing: it is not on this machine and cannot be fetched, or its files cannot be read.
        SettingsError: it has no such label, or several and none was chosen, or cannot be read; says why.
    """
    loaded = _LOADED.get(find_model(name, base_folder))
    return SequenceClassifier(model=loaded, label=choose_label(loaded.config, label))


def _load(files: ModelFiles) -> LoadedClassifier:
    model = load_weights(files, AutoModelForSequenceClassification)
    lay_out(backbone_of(model))
    tokenizer = scoring_tokenizer(files)
    window = window_of(model.config, tokenizer)
    if not model.config.is_encoder_decoder and reads_causally(backbone_of(model)):
        reader = CausalClassifier(name=files.name, model=model, reader=TurnReader(tokenizer, window))
    else:
        reader = TwoWayClassifier(model=model, tokenizer=tokenizer, window=window)
    identity = {**weights_identity(files, model), **reader.identity}
    return LoadedClassifier(identity=identity, config=model.config, reader=reader)


_LOADED = LoadedOnce(_load)
