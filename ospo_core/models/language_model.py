"""A causal language model that says how likely a text's ending is, given all before it.

Knows nothing of rewards. Importing this module imports torch and transformers, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from ospo_core.errors import SettingsError, TextError
from ospo_core.models.bundled_language_model import BUNDLED_LANGUAGE_MODEL, bundled_language_model
from ospo_core.models.causal_scorer import CausalScorer, backbone_of, filled_up, reads_causally
from ospo_core.models.distinct import Distinct
from ospo_core.models.laid_out_linear import lay_out
from ospo_core.models.loaded_model import LoadedOnce, load_weights, weights_identity
from ospo_core.models.loaded_tokenizer import scoring_tokenizer, window_of
from ospo_core.models.model_files import ModelFiles, find_model
from ospo_core.models.passage import Passage, passage
from ospo_core.models.transfer import on_device
from ospo_core.models.turn_reader import TokenizedTurn, TurnReader
from ospo_core.text.spans import Span

_LOGIT_ROWS = 256
"""Tokens whose logits stand in memory at once: each has as many as the vocabulary has words."""


class LanguageModel:
    """Reads a prompt once, then every answer to it. Safe to share between threads.

    Raises: SettingsError: it is not causal, cannot go on from a prompt it has read, or rescales its logits.
    """

    def __init__(self, *, files: ModelFiles, tokenizer: PreTrainedTokenizerFast, model: PreTrainedModel) -> None:
        if not reads_causally(backbone_of(model)):
            raise SettingsError(f"model {files.name} is not a causal language model; choose one that is")
        self._weights = weights_identity(files, model)
        self._reader = TurnReader(tokenizer, window_of(model.config, tokenizer))
        self._scorer = CausalScorer(backbone_of(model), self._mean_of_wanted, self._reader.window)
        self._head = _head_of(files.name, model)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Model name, sha256 of its weights, tokens it reads, precision, and how prompt and answer are joined."""
        return {**self._weights, **self._reader.identity}

    def mean_log_probabilities(
        self, prompts: Sequence[str], answers: Sequence[str], ending: str
    ) -> Float64[ndarray, "b"]:
        """Mean natural logarithm of the probability of the tokens of `ending`, which every answer ends with.

        A token that reaches into the ending counts as one of it. Exact to 1e-6 on the logits, which come in float32.

        Cost: a forward pass over each distinct pair, its prompt computed once.
        Raises: TextError: a text is longer than the model reads.
        """
        distinct = Distinct(list(zip(prompts, answers, strict=True)))
        passages = [_passage(turn, ending) for turn in self._reader.read(distinct.items, distinct.indices)]
        return self._scorer.read(passages)[distinct.rows]

    def _mean_of_wanted(self, states: torch.Tensor, passages: Sequence[Passage]) -> Float64[ndarray, "b"]:
        following = [row.rest[row.wanted.start + 1 : row.wanted.stop + 1] for row in passages]
        targets = on_device(np.concatenate(following), states.device)
        logs = [
            self._log_probabilities(some, of)
            for some, of in zip(states.split(_LOGIT_ROWS), targets.split(_LOGIT_ROWS), strict=True)
        ]
        parts = np.split(np.concatenate(logs), np.cumsum([len(one) for one in following])[:-1])
        return np.array([part.mean() for part in parts], dtype=np.float64)

    def _log_probabilities(self, states: torch.Tensor, targets: torch.Tensor) -> Float64[ndarray, "n"]:
        logits = self._head(filled_up(states))[: len(targets)].float()
        chosen = logits.gather(1, targets[:, None])[:, 0]
        # Exponentials in 32 bits, of which the sum rounds to 1e-7: in 64 they take as long as a layer of the model.
        peak = logits.amax(dim=1)
        rest = (logits - peak[:, None]).exp_().sum(dim=1)
        # Apple's processor has no float64: the CPU goes on.
        return ((chosen - peak).cpu().double() - rest.cpu().double().log()).numpy()


def _passage(turn: TokenizedTurn, ending: str) -> Passage:
    places = np.flatnonzero(turn.tokens.touched([Span(turn.turn.stop - len(ending), turn.turn.stop)]))
    first, stop = int(places[0]), int(places[-1]) + 1
    if first == 0:
        raise TextError("nothing stands before the ending, so that it has no probability; give a prompt")
    # The state of a token tells the probability of the next one; what follows the ending is of no account.
    return passage(turn.prompt, turn.tokens.ids[:stop], np.ones(stop, dtype=bool), slice(first - 1, stop - 1))


def _head_of(name: str, model: PreTrainedModel) -> torch.nn.Module:
    """What turns states into logits, checked on two tokens: some models rescale the logits besides."""
    head = model.get_output_embeddings()
    if head is None:
        raise SettingsError(f"model {name} has no head for tokens; choose a causal language model")
    ids = torch.tensor([[3, 1]], device=model.device)
    with torch.inference_mode():
        logits, own = model(input_ids=ids).logits, head(backbone_of(model)(input_ids=ids).last_hidden_state)
    if not torch.allclose(logits.float(), own.float(), rtol=1e-3, atol=1e-3):
        raise SettingsError(f"model {name} rescales its logits, which is not supported; choose another model")
    return head


def load_language_model(name: str, base_folder: Path | None = None) -> LanguageModel:
    """The causal model of that name, loaded once per process: the bundled one, a local folder, or a Hugging Face id.

    Only safetensors weights are read, and no code of the model's author is run. A relative folder starts from
    `base_folder`, or from the current one.

    Raises:
        ModelMissing: it is not on this machine and cannot be fetched, or its files cannot be read.
        SettingsError: it is not a causal language model that this module can use; says why.
    """
    if name == BUNDLED_LANGUAGE_MODEL:
        return _LOADED.get(ModelFiles(name=name, folder=bundled_language_model()))
    return _LOADED.get(find_model(name, base_folder))


def _load(files: ModelFiles) -> LanguageModel:
    model = load_weights(files, AutoModelForCausalLM)
    lay_out(backbone_of(model))
    return LanguageModel(files=files, tokenizer=scoring_tokenizer(files), model=model)


_LOADED = LoadedOnce(_load)
