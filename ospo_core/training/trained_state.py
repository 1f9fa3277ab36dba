"""What training changes, as safetensors and JSON: the weights, the optimizer's moments, the schedule's counters.

Weights are those of the adapter where there is one, under peft's own names, else all of them. Nothing is pickled.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

_ADAPTER, _MODEL = "adapter_model.safetensors", "model.safetensors"
_MOMENTS, _GROUPS, _SCHEDULE = "optimizer.safetensors", "optimizer.json", "schedule.json"


def save_weights(model: PreTrainedModel | PeftModel, folder: Path) -> None:
    """Write what is trained, and its configuration, so that peft or transformers can load the folder."""
    if isinstance(model, PeftModel):
        save_file(_contiguous(get_peft_model_state_dict(model)), folder / _ADAPTER)
        model.active_peft_config.save_pretrained(str(folder))
    else:
        # By parameters, not by the state: tied weights are one parameter, and are written once.
        save_file(_contiguous(dict(model.named_parameters())), folder / _MODEL, metadata={"format": "pt"})
        model.config.save_pretrained(folder)


def load_weights(model: PreTrainedModel | PeftModel, folder: Path) -> None:
    """Put the written weights in place, bit for bit. Raises: KeyError: a parameter is missing or unknown."""
    if isinstance(model, PeftModel):
        found = load_file(folder / _ADAPTER)
        _require(set(found), set(get_peft_model_state_dict(model)))
        set_peft_model_state_dict(model, found)
        return
    found, own = load_file(folder / _MODEL), dict(model.named_parameters())
    _require(set(found), set(own))
    with torch.no_grad():
        for name, parameter in own.items():
            parameter.copy_(found[name])


def save_optimizer(optimizer: Any, schedule: Any, folder: Path) -> None:
    """Write moments as tensors, settings and counters as JSON."""
    state = optimizer.state_dict()
    tensors = {
        f"{number}.{name}": value
        for number, values in state["state"].items()
        for name, value in values.items()
        if isinstance(value, torch.Tensor)
    }
    plain = {
        str(number): {name: value for name, value in values.items() if not isinstance(value, torch.Tensor)}
        for number, values in state["state"].items()
    }
    save_file(_contiguous(tensors), folder / _MOMENTS)
    _write(folder / _GROUPS, {"groups": state["param_groups"], "plain": plain})
    _write(folder / _SCHEDULE, schedule.state_dict())


def load_optimizer(optimizer: Any, schedule: Any, folder: Path) -> None:
    """Put moments, settings and counters back."""
    content = json.loads((folder / _GROUPS).read_text("utf-8"))
    state: dict[int, dict[str, Any]] = {int(number): dict(values) for number, values in content["plain"].items()}
    for key, value in load_file(folder / _MOMENTS).items():
        number, _, name = key.partition(".")
        state[int(number)][name] = value
    groups = [{key: _tuple(value) if key == "betas" else value for key, value in g.items()} for g in content["groups"]]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    schedule.load_state_dict(json.loads((folder / _SCHEDULE).read_text("utf-8")))


def _contiguous(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: value.detach().contiguous() for name, value in tensors.items()}


def _require(found: set[str], wanted: set[str]) -> None:
    if found != wanted:
        raise KeyError(f"{len(wanted - found)} parameters are missing, {len(found - wanted)} are unknown")


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
