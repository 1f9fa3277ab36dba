"""The model that a run trains: loaded from the package, the hub or a folder, with its tokenizer.

Only safetensors weights are read, and no code that comes with a model is run. Knows no data and no reward.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

from ospo_core.errors import SettingsError
from ospo_core.models.bundled_language_model import BUNDLED_LANGUAGE_MODEL, bundled_language_model
from ospo_core.models.device import choose_device
from ospo_core.models.model_files import ModelFiles, find_model, loading
from ospo_core.training.run_file import Lora, RunFile
from ospo_core.training.toy_policy import TOY, toy_policy

SMOLLM2 = "smollm2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is trained.

    Attributes:
        adapter: how peft is to put an adapter on it, or None where all weights are trained.
        reference: the untrained model, where it is not the trained one with its adapter off.
    """

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    adapter: LoraConfig | None
    reference: PreTrainedModel | None

    def prompt(self, text: str) -> str | list[dict[str, str]]:
        """The prompt as the trainer wants it: a conversation where the model was made for them."""
        return [{"role": "user", "content": text}] if self.tokenizer.chat_template else text

    def prompt_ids(self, text: str) -> list[int]:
        """The same as the model reads it, up to where its answer begins."""
        return prompt_ids(self.tokenizer, text)


def prompt_ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    """A prompt as a policy reads it, up to where its answer begins: in the chat template where there is one."""
    if not tokenizer.chat_template:
        return tokenizer(text)["input_ids"]  # pyright: ignore[reportReturnType]
    templated: Any = tokenizer.apply_chat_template(
        [{"role": "user", "content": text}], add_generation_prompt=True, tokenize=True, return_dict=True
    )
    return list(templated["input_ids"])


def load_policy(run: RunFile) -> Policy:
    """The model of a run. SmolLM2 takes some 20 s the first time, under 5 s afterwards.

    Raises:
        ModelMissing: there is no such model, it has no safetensors, or it cannot be read.
        SettingsError: its tokenizer cannot say where tokens lie.
    """
    files = _files(run.model)
    model, tokenizer = _loaded(files)
    return Policy(
        name=files.name,
        model=model,
        tokenizer=tokenizer,
        adapter=_adapter(run.lora) if run.lora else None,
        reference=None if run.lora else _frozen(model),
    )


def untrained_policy(name: str) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """The model of that name as it is before any training. Raises: as load_policy."""
    return _loaded(_files(name))


def trained_policy(run: RunFile, outcome: Path) -> tuple[PreTrainedModel | PeftModel, PreTrainedTokenizerFast]:
    """What a run made of its model: the model with the adapter, which can be trained on, or the model itself.

    `outcome` is the folder that the run wrote at its end. Raises: as load_policy.
    """
    if run.lora is None:
        return _loaded(ModelFiles(name=run.model, folder=outcome))
    model, tokenizer = untrained_policy(run.model)
    with loading(f"{run.model} with its adapter"):
        return PeftModel.from_pretrained(model, outcome, is_trainable=True), tokenizer


def _loaded(files: ModelFiles) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    with loading(files.name):
        tokenizer = AutoTokenizer.from_pretrained(files.folder, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            files.folder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        )
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise SettingsError(f"model {files.name}: its tokenizer cannot say where tokens lie; choose another model")
    return model, tokenizer


def _files(name: str) -> ModelFiles:
    if name == TOY:
        return ModelFiles(name=TOY, folder=toy_policy())
    if name == SMOLLM2:
        return ModelFiles(name=BUNDLED_LANGUAGE_MODEL, folder=bundled_language_model())
    return find_model(name)


def _adapter(lora: Lora) -> LoraConfig:
    return LoraConfig(
        r=lora.rank, lora_alpha=lora.alpha, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
    )


def _frozen(model: PreTrainedModel) -> PreTrainedModel:
    reference = copy.deepcopy(model).eval().to(choose_device())  # pyright: ignore[reportArgumentType]
    return reference.requires_grad_(False)
